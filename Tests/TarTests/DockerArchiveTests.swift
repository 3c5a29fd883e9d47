import SystemIO
import Tar
import Testing

/// Archives that real daemons made; our encoder has to repeat their headers to the byte.
@Suite(.timeLimit(.minutes(5))) struct DockerArchiveTests {
    static let archives = [
        "graph-20.10.24-4img.tar",  // type bits in the mode, names of the owner, symbolic links
        "graph-26.1.5-4img.tar",  // hybrid of the legacy and the OCI layout
        "graph-28.5.2-4img.tar",
        "graph-28.5.2-by-id.tar",
        "c8d-28.5.2-4img.tar",  // containerd's layout
        "c8d-28.5.2-helmchart.tar",
        "c8d-28.5.2-multiarch.tar",
    ]

    @Test(arguments: archives)
    func everyHeaderIsRepeatedToTheByte(archive: String) throws {
        let bytes = try fixture(archive)
        var rebuilt: [UInt8] = []
        let reader = TarReader(MemorySource(bytes))
        var names: Set<String> = []
        while let entry = try reader.next() {
            rebuilt += try entry.header.encoded()
            #expect(entry.dataOffset == Int64(rebuilt.count), "\(entry.header.name)")
            rebuilt += try reader.readBytes(Int(entry.header.contentSize) + 1)
            rebuilt += [UInt8](repeating: 0, count: entry.header.padding)
            names.insert(entry.header.name)
        }
        rebuilt += TarHeader.endOfArchive
        #expect(rebuilt == bytes)
        #expect(names.contains("manifest.json"))
    }

    @Test func fieldsOfTheLegacyLayoutAreRead() throws {
        let entries = try entries(of: try fixture("graph-20.10.24-4img.tar"))
        let link = try #require(entries.first { $0.header.kind == .symbolicLink }?.header)
        #expect(link.name.hasSuffix("/layer.tar"))
        #expect(link.linkName.hasPrefix("../"))
        #expect(link.mode == 0o120777)
        #expect(link.userName == "root")
        #expect(link.contentSize == 0)
        let directory = try #require(entries.first?.header)
        #expect(directory.kind == .directory)
        #expect(directory.mode == 0o40755)
        let version = try #require(entries.first { $0.header.name.hasSuffix("VERSION") }?.header)
        #expect(version.size == 3)
        #expect(version.padding == 509)
    }
}

/// A file of `Tests/Fixtures/docker`.
func fixture(_ name: String) throws -> [UInt8] {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let file = try File("/\(tests)/Fixtures/docker/\(name)", for: .reading)
    return try file.readBytes(Int(try file.size))
}

/// The entries of an archive, contents skipped.
func entries(of bytes: [UInt8]) throws -> [TarReader.Entry] {
    let reader = TarReader(MemorySource(bytes))
    var entries: [TarReader.Entry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
}
