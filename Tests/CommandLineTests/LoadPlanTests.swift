import CommandLine
import Engine
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct LoadPlanTests {
    /// A step in one line.
    private static func line(_ step: LoadStep) -> String {
        switch step.action {
        case .push(let source): "\(source) -> \(step.target)"
        case .manifestList(_, let members): "\(step.target) = \(members.map(\.text).joined(separator: " "))"
        }
    }

    private func plan(
        _ linux: [String],
        _ windows: [String],
        _ words: [String] = [],
        chartsAreFiles: Bool = false
    ) throws -> LoadPlan {
        let options = try #require(parse(.load, ["-r", "r", "--windows-image-list", "w"] + words).options)
        let images = try images(linux)
        return LoadPlan(
            options,
            images: images,
            windowsImages: try self.images(windows),
            chartsInFiles: chartsAreFiles ? Set(images.filter(\.isChart)) : []
        )
    }

    private func images(_ references: [String]) throws -> [ImageListEntry] {
        let directory = try TemporaryDirectory()
        let path = try directory.write(references.map { $0 + "\n" }.joined(), to: "list")
        return try ImageList.read(path, mode: .shell).images
    }

    private static let rows: [([String], [String], [String], [String], String)] = [
        (["a/b:1", "c"], [], [], ["a/b:1 -> r/a/b:1", "c -> r/rancher/c"], "no Windows images"),
        (
            [], ["a/b:1", "c"], [], ["r/a/b:1 = r/a/b:1-windows-1809", "r/rancher/c = r/rancher/c-windows-1809"],
            "only Windows"
        ),
        (
            ["a/l:1", "a/s:1"], ["a/s:1", "a/w:1"], ["--windows-versions", "1809,ltsc2022"],
            [
                "r/a/w:1 = r/a/w:1-windows-1809 r/a/w:1-windows-ltsc2022",
                "a/l:1 -> r/a/l:1",
                "a/s:1 -> r/a/s:1-linux-amd64",
                "r/a/s:1 = r/a/s:1-windows-1809 r/a/s:1-windows-ltsc2022 r/a/s:1-linux-amd64",
            ],
            "Windows ones first; shared ones as -linux-amd64 and a list"
        ),
        (
            ["a/s"], ["a/s"], ["-s", "m"],
            ["m/a/s -> r/a/s-linux-amd64", "r/a/s = r/a/s-windows-1809 r/a/s-linux-amd64"], "a source"
        ),
        (
            ["a/b", "a/b"], ["c/d", "c/d"], [],
            [
                "r/c/d = r/c/d-windows-1809", "r/c/d = r/c/d-windows-1809", "a/b -> r/a/b", "a/b -> r/a/b",
            ], "duplicates are kept"
        ),
        (["a/b"], ["c/d"], ["--windows-versions", ""], ["r/c/d = ", "a/b -> r/a/b"], "no version"),
        (
            ["rancher/c"], ["c"], [], ["r/rancher/c = r/rancher/c-windows-1809", "rancher/c -> r/rancher/c"],
            "lines are compared, not targets"
        ),
    ]

    @Test(arguments: rows)
    func steps(_ linux: [String], _ windows: [String], _ words: [String], _ steps: [String], _ reason: String) throws {
        let plan = try plan(linux, windows, words)
        #expect(plan.steps.map(Self.line) == steps, "\(reason)")
        #expect(plan.notices == [], "\(reason)")
    }

    @Test func stepsHaveTheirEntry() throws {
        let image = try #require(try plan(["a/b", "c/d"], []).steps.last).image
        #expect(image.reference == "c/d")
        #expect(image.line == 2)
    }

    @Test func entireReferencesAreCompared() throws {
        let longer = try plan(["rancher/pause:3.6-extra"], ["rancher/pause:3.6"])
        #expect(longer.steps.count == 2)
        #expect(
            longer.notices == [
                "rancher/pause:3.6 of the Windows list only begins rancher/pause:3.6-extra of the Linux list, so it is not taken"
                    + " for the same"
            ]
        )
        let shorter = try plan(["a/b:1", "a/b:3.6", "z/z"], ["a/a", "a/b:3.6-extra", "a/b:3.7"])
        #expect(shorter.steps.count == 6)
        #expect(
            shorter.notices == [
                "a/b:3.6 of the Linux list only begins a/b:3.6-extra of the Windows list, so it is not taken for the same"
            ]
        )
    }

    /// The charts of the Linux list are pushed from files, so they have no steps. They count as entries of both lists.
    @Test func chartsInFiles() throws {
        let both = ["rancher/charts/a:1", "b/c:1"]
        let windows = both + ["rancher/charts/w:1"]
        let steps = try plan(both, windows, chartsAreFiles: true).steps.map(Self.line)
        #expect(
            steps == [
                "r/rancher/charts/w:1 = r/rancher/charts/w:1-windows-1809", "b/c:1 -> r/b/c:1-linux-amd64",
                "r/b/c:1 = r/b/c:1-windows-1809 r/b/c:1-linux-amd64",
            ]
        )
    }

    @Test func powerShellOnlyPushes() throws {
        let options = try #require(parsePowerShell(.load, ["-r", "r"]).options)
        let plan = LoadPlan(options, images: try images(["a/b:1", "c"]), windowsImages: [])
        #expect(
            plan.steps.map(Self.line) == [
                "a/b:1-windows-1809 -> r/a/b:1-windows-1809", "c-windows-1809 -> r/rancher/c-windows-1809",
            ]
        )
    }
}
