import CaseFormat
import TestSupport
import Testing

@testable import GoldenSuite

/// Random cases: what they have, how they are written, and how they are made smaller.
@Suite(.timeLimit(.minutes(5))) struct CaseMakerTests {
    private static let save = "rancher-save-images.sh"
    private static let load = "rancher-load-images.sh"

    private static func made(_ script: String, seed: UInt64 = 1, _ numbers: ClosedRange<Int>) -> [Case] {
        numbers.map { number in
            var maker = CaseMaker(script, seed: seed, number: number)
            return maker.make()
        }
    }

    @Test func aSeedAlwaysGivesTheSameCases() {
        #expect(Self.made(Self.load, 1...40) == Self.made(Self.load, 1...40))
        #expect(Self.made(Self.load, 1...40) != Self.made(Self.load, seed: 2, 1...40))
        #expect(Set(Self.made(Self.load, 1...40)).count > 38)
    }

    private static let features: [(name: String, script: String, has: @Sendable (Case) -> Bool)] = [
        ("a comment", save, { $0.names.count < $0.lines.count && $0.lines.contains { $0.hasPrefix("#") } }),
        ("a carriage return", save, { $0.lines.contains { $0.hasSuffix("\r") } }),
        ("no final newline", save, { $0.files["rancher-images.txt"].map { $0.last != UInt8(ascii: "\n") } == true }),
        ("a name twice", save, { Set($0.names).count < $0.names.count }),
        ("a digest", save, { $0.lines.contains { $0.contains("@sha256:") } }),
        ("a chart", save, { $0.names.contains(where: \.isChart) && $0.helm != nil }),
        ("no docker", save, { $0.docker == nil }),
        ("a pull that fails", save, { $0.docker?.pullFails != nil && $0.docker?.statuses?["pull"] != nil }),
        ("an image in docker's store", save, { $0.docker?.local != nil }),
        ("a save that fails", save, { $0.docker?.saveFails == true }),
        ("a save that breaks off", save, { $0.docker?.saveBreaks == true }),
        ("an older archive", save, { $0.files["rancher-images.tar.gz"] != nil }),
        ("an archive with a blank", save, { $0.argv.contains("my images.tar.gz") }),
        ("a helm pull that fails", save, { $0.helm?.pullFails != nil }),
        ("a flag without a value", save, { ["-l", "-i", "-s"].contains($0.argv.last) }),
        ("a flag twice", save, { made in made.argv.filter { $0 == "-l" || $0 == "--image-list" }.count > 1 }),
        ("help", save, { $0.argv.contains("--help") || $0.argv.contains("-h") }),
        ("a list on standard input", save, { $0.stdin != nil }),
        ("a variable", save, { !$0.env.isEmpty }),
        ("a Windows list", load, { $0.argv.contains("--windows-image-list") && $0.files["lists/windows.txt"] != nil }),
        ("Windows versions with a blank", load, { $0.argv.contains("1809, ltsc2022") }),
        ("a load that fails", load, { $0.docker?.loadFails == true }),
        ("a tag that fails", load, { $0.docker?.tagFails != nil }),
        ("a push that fails", load, { $0.docker?.pushFails != nil }),
        ("a list that cannot be created", load, { $0.docker?.manifestCreateFails != nil }),
        ("a list that cannot be pushed", load, { $0.docker?.manifestPushFails != nil }),
        ("a registry without TLS", load, { $0.docker?.withoutTls != nil }),
        ("a registry with a slash", load, { $0.argv.contains("harbor.example.com/project/") }),
        ("a helm push that fails", load, { $0.helm?.pushFails != nil }),
        ("UTF-16", "rancher-save-images.ps1", { $0.files.values.contains { $0.starts(with: [0xFF, 0xFE]) } }),
        ("a release", "rancher-load-images.ps1", { $0.argv.contains("--os-release-id") }),
    ]

    @Test(arguments: features.indices)
    func casesHave(_ index: Int) {
        let feature = Self.features[index]
        #expect(Self.made(feature.script, 1...800).contains(where: feature.has), "no case has \(feature.name)")
    }

    @Test func aCaseFileIsTheCase() throws {
        let directory = try TemporaryDirectory()
        let nothing = Account(exit: 0, stdout: "", stderr: "", calls: [], files: [:])
        for made in Self.made(Self.load, 1...60) + Self.made("rancher-save-images.ps1", 1...60) {
            let path = try directory.write(made.fileText(official: "v2.14.4", expect: nothing), to: "case.json")
            #expect(try Case.read(path) == made)
            let recording = try Recording.read(path)
            #expect(recording.argv == made.argv)
            #expect(try recording.filesBefore() == made.files)
        }
    }

    @Test func shrinkingLeavesWhatMatters() async throws {
        var made = Case(script: Self.load)
        made.argv = ["-l", "my.txt", "--registry", "registry.example.com", "-i", "x.tgz"]
        made.env = ["A": "b"]
        made.files = ["my.txt": Array("a/a:1\r\nquay.io/team/app:2\n# c\nd/d:4\n".utf8), "x.tgz": [1]]
        made.docker?.tagFails = ["a/a:1", "d/d:4"]
        made.docker?.statuses = ["tag": 3, "push": 2]
        made.helm = .init()
        let smallest = try await made.shrunk(attempts: 1000) { smaller in
            smaller.argv.contains("--registry") && smaller.docker?.tagFails?.contains("d/d:4") == true
                && smaller.docker?.statuses?["tag"] == 3 && smaller.lines.count > 1 && smaller.argv.contains("my.txt")
        }
        var expected = Case(script: Self.load)
        expected.argv = ["-l", "my.txt", "--registry"]
        expected.files = ["my.txt": Array("a/a:1\na/b:v1\n".utf8)]
        expected.docker?.tagFails = ["d/d:4"]
        expected.docker?.statuses = ["tag": 3]
        #expect(smallest == expected)
    }

    @Test func aMarkerIsReadAsWhatItStandsFor() {
        #expect(Marker.undone("a\(Marker.of(" "))b\(Marker.of(":"))1\(Marker.nothing)") == "a b:1")
        #expect(Marker.undone("größe") == "größe")
    }

    @Test func bytesThatAreNoTextDiffer() {
        #expect(String(readable: Array("größe".utf8)) == "größe")
        #expect(String(readable: [0x61, 0xE9, 0x62, 0xC3, 0xB6, 0xFF]) == "a⟨E9⟩bö⟨FF⟩")
    }
}

extension Case {
    /// The lines of all lists.
    fileprivate var lines: [String] {
        ScriptFlags(self).lists.sorted().compactMap { bytes(ofList: $0) }
            .flatMap { String(decoding: $0, as: UTF8.self).unicodeScalars.split(separator: "\n").map(String.init) }
    }
}
