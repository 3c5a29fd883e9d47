import ScriptInterface
import TestSupport
import Testing

/// The recordings of the official scripts, as far as reading goes: what a run without any engine would call and print.
@Suite struct GoldenRecordingTests {
    /// The deliberate differences that change neither what is called nor what is printed when the words and the lists are read.
    private static let sameReading: Set = ["", "D5", "D7", "D16"]

    private static let replayed = GoldenRecording.all.filter {
        sameReading.contains($0.differs) && !$0.expect.stdout.contains("USAGE: ")
            && !$0.name.hasSuffix("list-is-directory.json") && !$0.name.hasPrefix("ps1-save-value-missing.json")
            && !$0.name.hasPrefix("ps1-save-value-looks-like-flag.json")
    }
    private static let usages = GoldenRecording.all.filter {
        $0.differs != "old" && $0.expect.stdout.contains("USAGE: ") && !$0.expect.stdout.hasPrefix("Could not find")
    }

    @Test func allRecordingsAreThere() {
        #expect(GoldenRecording.all.count == 130)
        #expect(Self.replayed.count == 77)
        #expect(Self.usages.count == 14)
    }

    @Test(arguments: replayed)
    func callsAndLinesAreTheRecordedOnes(_ recording: GoldenRecording) throws {
        let options = try run(recording)
        let folder = try TemporaryFolder()
        try recording.writeFiles(into: folder)
        let replay = try GoldenReplay(recording, options, in: folder)
        #expect(replay.calls == recording.expect.calls)
        let lines = replay.lines.map { $0 + "\n" }.joined()
        #expect(lines == recording.expect.stdout)
    }

    @Test(arguments: usages)
    func usageIsTheRecordedOne(_ recording: GoldenRecording) throws {
        let invocation = parse(recording)
        guard case .usage(let text, let status) = invocation else {
            Issue.record("not usage: \(invocation)")
            return
        }
        #expect(status == recording.expect.exit)
        #expect((text + "\n").hasPrefix(recording.expect.stdout))
    }

    private static let missingFilesOfPowerShellRows: [(String, String)] = [
        ("ps1-save-missing-list.json", "a list that is not there is told on standard output, with usage"),
        ("ps1-load-missing-archive.json", "so is an archive that is not there"),
        ("ps1-load-missing-both.json", "the archive is looked at before the list"),
    ]

    @Test(arguments: missingFilesOfPowerShellRows)
    func missingFilesOfPowerShell(_ name: String, _ reason: String) throws {
        let recording = try recording(name)
        let options = try run(recording)
        let folder = try TemporaryFolder()
        try recording.writeFiles(into: folder)
        let first: String
        switch options.program {
        case .save:
            let path = try #require(options.imageList)
            let error = #expect(throws: ImageListError.self) {
                try ImageList.read(folder.path(path), mode: .powerShell)
            }
            #expect(error?.reason == .missing, "\(reason)")
            first = ScriptLines.listNotFound(path)
        case .load:
            let path = try #require(options.images)
            #expect(PowerShellPath(folder.path(path)).files.isEmpty, "\(reason)")
            first = ScriptLines.archiveNotFound(path)
        }
        let usage = Usage.text(options.program, options.mode, programName: options.programName)
        #expect((first + "\n" + usage).hasPrefix(recording.expect.stdout), "\(reason)")
    }

    private static let listsThatCannotBeReadRows: [(String, ImageListError.Reason, String)] = [
        ("save-list-is-directory.json", ImageListError.Reason.directory, "D6: the script goes on without it"),
        ("save-missing-list.json", .missing, "D6"),
        ("save-value-missing.json", .noPath, "D6: a missing value is an empty path"),
        ("ps1-save-list-is-directory.json", .directory, "an error in PowerShell too"),
        ("ps1-load-list-is-directory.json", .directory, "an error in PowerShell too"),
        ("ps1-save-value-missing.json", .noPath, "PowerShell's null"),
        ("ps1-save-value-looks-like-flag.json", .noPath, "a flag is never a value in PowerShell"),
    ]

    @Test(arguments: listsThatCannotBeReadRows)
    func listsThatCannotBeRead(_ name: String, _ expected: ImageListError.Reason, _ reason: String) throws {
        let recording = try recording(name)
        let options = try run(recording)
        let folder = try TemporaryFolder()
        try recording.writeFiles(into: folder)
        let path = options.imageList.map { $0.isEmpty ? $0 : folder.path($0) }
        let error = #expect(throws: ImageListError.self) { try ImageList.read(path, mode: options.mode) }
        #expect(error?.reason == expected, "\(reason)")
    }

    private static let listsThatAreReadOtherwiseRows: [(String, [String], ImageList.Note.Kind)] = [
        (
            "save-no-final-newline.json", ["rancher/rancher:v2.14.4", "rancher/shell:v0.6.2"],
            ImageList.Note.Kind.noFinalNewline
        ),
        ("save-one-line-no-newline.json", ["rancher/rancher:v2.14.4"], .noFinalNewline),
        ("load-no-final-newline.json", ["rancher/rancher:v2.14.4", "rancher/shell:v0.6.2"], .noFinalNewline),
        ("save-crlf.json", ["rancher/rancher:v2.14.4", "rancher/shell:v0.6.2"], .carriageReturn),
        ("load-crlf.json", ["rancher/rancher:v2.14.4"], .carriageReturn),
        ("save-spaces-around.json", ["rancher/rancher:v2.14.4", "rancher/shell:v0.6.2", "rancher/tab:v1"], .blanks),
        ("save-comment-line.json", ["rancher/rancher:v2.14.4"], .comment),
        ("ps1-save-blank-line-of-spaces.json", ["rancher/wins:v1"], .blanks),
        ("ps1-save-comment-line.json", ["rancher/wins:v1"], .comment),
    ]

    @Test(arguments: listsThatAreReadOtherwiseRows)
    func listsThatAreReadOtherwise(_ name: String, _ references: [String], _ kind: ImageList.Note.Kind) throws {
        let recording = try recording(name)
        let options = try run(recording)
        let folder = try TemporaryFolder()
        try recording.writeFiles(into: folder)
        let list = try ImageList.read(folder.path(try #require(options.imageList)), mode: options.mode)
        #expect(list.entries.map(\.reference) == references)
        #expect(list.notes.map(\.kind) == [kind])
    }

    private func parse(_ recording: GoldenRecording) -> Invocation {
        Invocation(
            recording.script.contains("save") ? .save : .load,
            programName: recording.programName,
            words: recording.argv,
            environment: [:]
        )
    }

    private func run(_ recording: GoldenRecording) throws -> Options {
        guard case .run(let options) = parse(recording) else { throw NotFound(name: recording.name) }
        return options
    }

    private func recording(_ name: String) throws -> GoldenRecording {
        guard let recording = GoldenRecording.all.first(where: { $0.name == name }) else { throw NotFound(name: name) }
        return recording
    }

    private struct NotFound: Error {
        let name: String
    }
}
