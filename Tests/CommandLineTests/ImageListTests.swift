import CommandLine
import Dispatch
import Engine
import Glibc
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ImageListTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func read(_ bytes: [UInt8], _ mode: ScriptMode) throws -> ImageList {
        try ImageList.read(try directory.write(bytes, to: "list.txt"), mode: mode)
    }

    private static let shellTexts: [(String, [String], [Int], String)] = [
        ("", [], [], "empty"),
        ("\n\n", [], [], "empty lines"),
        ("a\nb\na\n", ["a", "b", "a"], [1, 2, 3], "order and duplicates are kept"),
        ("\na\n\nb", ["a", "b"], [2, 4], "D1: the last line has no newline"),
        ("a\r\nb\r\n", ["a", "b"], [1, 2], "D2: carriage returns"),
        ("a\r\r\n\r\nb\n", ["a", "b"], [1, 3], "D2: several, and alone"),
        (" a\n\tb \n \nc\td\n", ["a", "b", "c\td"], [1, 2, 4], "D2: spaces around a name, not in it"),
        ("a \r\n", ["a"], [1], "D2: both"),
        ("#a\n # b\nc#d\n", ["c#d"], [3], "D3: # at the beginning"),
        ("#a", [], [], "D3 at the end"),
        ("a\rb\n", ["a\rb"], [1], "a carriage return ends no line in the shell"),
        ("\u{FEFF}a\n", ["\u{FEFF}a"], [1], "the shell knows no byte order mark"),
        ("rancher/ü:v1\n", ["rancher/ü:v1"], [1], "a reference is used as it stands"),
    ]

    @Test(arguments: shellTexts)
    func shell(_ text: String, _ references: [String], _ lines: [Int], _ reason: String) throws {
        let list = try read(Array(text.utf8), .shell)
        #expect(list.images.map(\.reference) == references, "\(reason)")
        #expect(list.images.map(\.line) == lines, "\(reason)")
        #expect(list.images.allSatisfy { $0.file == directory.path("list.txt") })
    }

    private static let powerShellTexts: [(String, [String], [Int], String)] = [
        ("", [], [], "empty"),
        ("a\nb\r\nc\rd", ["a", "b", "c", "d"], [1, 2, 3, 4], "three line ends"),
        ("a\r\r\nb", ["a", "b"], [1, 3], "CR, then CR LF"),
        ("a\n\rb", ["a", "b"], [1, 3], "LF, then CR"),
        ("  \n a\t\n", ["a"], [2], "D2: spaces"),
        ("# x\na\n", ["a"], [2], "D3: comments"),
        ("\u{FEFF}a\n", ["a"], [1], "a byte order mark of UTF-8"),
    ]

    @Test(arguments: powerShellTexts)
    func powerShell(_ text: String, _ references: [String], _ lines: [Int], _ reason: String) throws {
        let list = try read(Array(text.utf8), .powerShell)
        #expect(list.images.map(\.reference) == references, "\(reason)")
        #expect(list.images.map(\.line) == lines, "\(reason)")
    }

    private static let encodings: [([UInt8], [String], String)] = [
        ([0xFF, 0xFE, 0x61, 0, 0x0D, 0, 0x0A, 0, 0x62, 0], ["a", "b"], "UTF-16, little endian"),
        ([0xFE, 0xFF, 0, 0x61, 0, 0x0A, 0x20, 0xAC], ["a", "€"], "UTF-16, big endian"),
        ([0xFF, 0xFE, 0x3D, 0xD8, 0x00, 0xDE], ["😀"], "UTF-16 with a surrogate pair"),
        ([0xFF, 0xFE, 0x3D, 0xD8, 0x61, 0], ["\u{FFFD}a"], "UTF-16 with half of one"),
        ([0xFF, 0xFE, 0x61, 0, 0x62], ["a"], "UTF-16 with a byte too many"),
        ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0, 0x0A, 0, 0, 0], ["a"], "UTF-32, little endian"),
        ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61, 0, 1, 0xF6, 0x00], ["a😀"], "UTF-32, big endian"),
        ([0, 0, 0xFE, 0xFF, 0, 0x11, 0, 0, 0, 0, 0, 0x61], ["\u{FFFD}a"], "UTF-32 beyond Unicode"),
        ([0xEF, 0xBB, 0xBF], [], "a mark alone"),
        ([0x61, 0xFC, 0x0A, 0x62], ["a\u{FFFD}", "b"], "what is no UTF-8 spoils its own name"),
    ]

    @Test(arguments: encodings)
    func powerShellEncodings(_ bytes: [UInt8], _ references: [String], _ reason: String) throws {
        #expect(try read(bytes, .powerShell).images.map(\.reference) == references, "\(reason)")
    }

    private static let notedTexts: [(ScriptMode, String, [String], String)] = [
        (.shell, "a\n\nb\n", [], "nothing to tell"),
        (.shell, "a", ["LIST: line 1, the last one, has no newline at its end, and was read all the same"], "D1"),
        (.powerShell, "a", [], "PowerShell reads the last line"),
        (
            .shell, "a\n ", ["LIST: line 2 has spaces around the name, which were dropped"],
            "the last line names nothing"
        ),
        (.shell, "a\r\n", ["LIST: line 1 ends in a carriage return, which was dropped"], "D2, one line"),
        (
            .shell, "\na\r\nb\r\n", ["LIST: 2 lines end in a carriage return, which was dropped (first: line 2)"],
            "D2, more"
        ),
        (.powerShell, "a\r\n", [], "a line end in PowerShell"),
        (
            .shell, "a\n b\n\tc\n", ["LIST: 2 lines have spaces around the name, which were dropped (first: line 2)"],
            "D2"
        ),
        (.powerShell, " a\n", ["LIST: line 1 has spaces around the name, which were dropped"], "D2"),
        (.shell, "#\na\n#\n", ["LIST: 2 lines begin with # and were skipped (first: line 1)"], "D3"),
        (.powerShell, "#\na\n", ["LIST: line 1 begins with # and was skipped"], "D3"),
        (
            .shell, "\u{FEFF}a\n",
            [
                "LIST: line 1 begins with a byte order mark, which is part of the name there: save the list as UTF-8 without"
                    + " one"
            ],
            "a cause of failure that cannot be seen"
        ),
        (
            .shell, "# x\r\na \r\n",
            [
                "LIST: 2 lines end in a carriage return, which was dropped (first: line 1)",
                "LIST: line 1 begins with # and was skipped",
                "LIST: line 2 has spaces around the name, which were dropped",
            ],
            "one note for each kind, in the order of the lines"
        ),
    ]

    @Test(arguments: notedTexts)
    func notices(_ mode: ScriptMode, _ text: String, _ notices: [String], _ reason: String) throws {
        let file = directory.path("list.txt")
        let list = try read(Array(text.utf8), mode)
        #expect(list.notices.map(\.description) == notices.map { file + $0.dropFirst(4) }, "\(reason)")
    }

    @Test func severalFilesOfPowerShell() throws {
        try directory.write("b\n", to: "part2.txt")
        try directory.write("# x\na\n", to: "Part1.txt")
        try directory.write("c\n", to: "part10.txt")
        let list = try ImageList.read(directory.path("part?.txt"), mode: .powerShell)
        #expect(list.images.map(\.reference) == ["a", "b"])
        #expect(list.images.map(\.line) == [2, 1])
        #expect(list.images.map(\.file) == [directory.path("Part1.txt"), directory.path("part2.txt")])
        #expect(list.notices.map(\.file) == [directory.path("Part1.txt")])
    }

    @Test func shellHasNoWildcards() throws {
        try directory.write("a\n", to: "part1.txt")
        let error = #expect(throws: ImageListError.self) {
            try ImageList.read(directory.path("part?.txt"), mode: .shell)
        }
        #expect(error?.reason == .missing)
    }

    @Test(arguments: ScriptMode.allCases)
    func errors(_ mode: ScriptMode) throws {
        try directory.write("a\n", to: "file")
        try directory.write([UInt8](repeating: 0x61, count: 8 << 20 | 1), to: "large")
        let paths: [(String, ImageListError.Reason, String)] = [
            ("absent", .missing, "cannot read the image list 'PATH': there is no such file"),
            ("file/x", .missing, "cannot read the image list 'PATH': there is no such file"),
            ("", .directory, "cannot read the image list 'PATH': it is a directory"),
            ("large", .tooLarge, "the image list 'PATH' is larger than 8 MiB: name a text file with one image a line"),
        ]
        for (name, reason, sentence) in paths {
            let path = directory.path(name)
            let error = #expect(throws: ImageListError.self) { try ImageList.read(path, mode: mode) }
            #expect(error?.reason == reason)
            #expect(error?.description == sentence.split(separator: "PATH").joined(separator: path))
        }
        for path in [nil, ""] {
            let error = #expect(throws: ImageListError.self) { try ImageList.read(path, mode: mode) }
            #expect(error?.description == "no image list is named: the path of the list is empty")
        }
    }

    @Test func unreadableFilesAreReported() throws {
        let name = String(repeating: "x", count: 300)
        let error = #expect(throws: ImageListError.self) { try ImageList.read(name, mode: .shell) }
        #expect(error?.reason == .unreadable(FileError(operation: "open", path: name, code: ENAMETOOLONG)))
        #expect(error?.description == "cannot read the image list '\(name)': File name too long")
    }

    @Test func theSizeLimitIsForAllFilesTogether() throws {
        let half = [UInt8](repeating: 0x61, count: 5 << 20)
        try directory.write(half, to: "half1")
        try directory.write(half, to: "half2")
        let error = #expect(throws: ImageListError.self) {
            try ImageList.read(directory.path("half*"), mode: .powerShell)
        }
        #expect(error?.reason == .tooLarge)
    }

    @Test func pipesAreRead() throws {
        let path = directory.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let writer = DispatchGroup()
        DispatchQueue.global().async(group: writer) { try? File(path, for: .writing).write("a\nb\n") }
        let list = try ImageList.read(path, mode: .shell)
        writer.wait()
        #expect(list.images.map(\.reference) == ["a", "b"])
        #expect(
            list.notices.map(\.description)
                == ["\(path) can be read only once: its 2 lines were read then, and charts looked for among them"]
        )
    }

    @Test func zeroBytesAreDroppedAsBashDoes() throws {
        let list = try read(Array("a\0b\n\0\nc \0\n".utf8), .shell)
        #expect(list.images.map(\.reference) == ["ab", "c"])
        #expect(list.notices.map(\.kind) == [.zeroBytes, .spaces])
        #expect(list.notices.first?.lines == 3)
    }

    @Test func zeroBytesAreAnErrorInPowerShell() {
        let error = #expect(throws: ImageListError.self) { try read([0x61, 0, 0x0A], .powerShell) }
        #expect(error?.reason == .noText)
        #expect(
            error?.description.hasSuffix("has zero bytes: save it as plain UTF-8 text with one image a line") == true
        )
    }

    @Test func bytesThatAreNotUTF8AreKept() throws {
        let list = try read([0x61, 0xFC, 0x0A, 0x23, 0xFC, 0x0A, 0x62, 0x0A], .shell)
        #expect(list.images.map(\.reference.nativeBytes) == [[0x61, 0xFC], [0x62]])
    }

    private static let references: [(String, Bool)] = [
        ("rancher/charts/fleet:107.0.0_up0.13.0", true),
        ("registry.example.com/rancher/charts/fleet:1", true),
        ("rancher/charts", false),
        ("rancher/rancher:v2.14.4", false),
    ]

    @Test(arguments: references)
    func charts(_ reference: String, _ isChart: Bool) throws {
        #expect(try read(Array((reference + "\n").utf8), .shell).images.map(\.isChart) == [isChart])
    }
}
