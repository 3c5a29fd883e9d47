import SystemIO
import Tar
import TestSupport
import Testing

/// GNU tar is the neighbour: it reads what we write, and we read what it writes.
@Suite(.timeLimit(.minutes(5))) struct TarInteropTests {
    static let nineGigabytes: Int64 = 9 << 30

    @Test(arguments: ["v7", "ustar", "gnu", "pax"])
    func archivesOfEachFormatAreRead(format: String) throws {
        let directory = try TemporaryDirectory()
        try directory.shell(
            """
            umask 022; mkdir -p tree/empty; printf hello >tree/hello; : >tree/nothing
            ln -s ../target tree/link; ln tree/hello tree/second
            tar --format=\(format) --sort=name --owner=someone:1000 --group=some:1001 --mtime=@1234567890 -cf a.tar tree
            """
        )
        let reader = TarReader(try File(directory.path("a.tar"), for: .reading))
        var found: [String: TarHeader] = [:]
        while let entry = try reader.next() {
            found[entry.header.name] = entry.header
            if entry.header.name == "tree/hello" {
                #expect(try reader.readBytes(100) == Array("hello".utf8))
            }
        }
        let owner = format == "v7" ? ("", "") : ("someone", "some")
        func expected(
            _ name: String,
            _ kind: TarHeader.Kind,
            mode: UInt32 = 0o644,
            size: Int64 = 0,
            linkName: String = ""
        ) -> TarHeader {
            TarHeader(
                name: name,
                kind: kind,
                mode: mode,
                uid: 1000,
                gid: 1001,
                size: size,
                modificationTime: 1_234_567_890,
                linkName: linkName,
                userName: owner.0,
                groupName: owner.1
            )
        }
        let all = [
            expected("tree/", .directory, mode: 0o755),
            expected("tree/empty/", .directory, mode: 0o755),
            expected("tree/hello", .file, size: 5),
            expected("tree/link", .symbolicLink, mode: 0o777, linkName: "../target"),
            expected("tree/nothing", .file),
            expected("tree/second", .hardLink, linkName: "tree/hello"),
        ]
        #expect(found == Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) }))
    }

    @Test(arguments: [
        ("a prefix and a name", "ustar", 3, 60, "a"),
        ("GNU's long name", "gnu", 3, 60, "a"),
        ("no slash to split at", "gnu", 1, 150, "b"),
        ("not ASCII", "gnu", 4, 50, "ü"),
        ("a record", "pax", 3, 60, "a"),
        ("a record of three digits", "pax", 1, 150, "b"),
        ("not ASCII", "pax", 4, 50, "ü"),
    ])
    func longNamesAreRead(why: String, format: String, depth: Int, length: Int, letter: String) throws {
        let directory = try TemporaryDirectory()
        let name = Array(repeating: String(repeating: letter, count: length), count: depth).joined(separator: "/")
        // Such a link does not fit into ustar.
        let names = format == "ustar" ? "'\(name)/file'" : "'\(name)/file' link"
        try directory.shell(
            """
            mkdir -p '\(name)'; echo x >'\(name)/file'; ln -s '\(name)' link
            tar --format=\(format) -cf a.tar \(names)
            """
        )
        let headers = try entries(of: try directory.bytes("a.tar")).map(\.header)
        #expect(headers.first?.name == name + "/file", "\(why)")
        #expect(headers.dropFirst().first?.linkName == (format == "ustar" ? nil : name), "\(why)")
    }

    @Test(arguments: ["gnu", "pax"])
    func sizesOverEightGibibytesAreRead(format: String) throws {
        let directory = try TemporaryDirectory()
        // The file is sparse, and only the headers of tar's output are read.
        try directory.shell("truncate -s 9G big; tar --format=\(format) -cf - big | head -c 4096 >a.tar")
        let reader = TarReader(MemorySource(try directory.bytes("a.tar")))
        let header = try #require(try reader.next()?.header)
        #expect(header.name == "big")
        #expect(header.size == Self.nineGigabytes)
        #expect(throws: TarError(.truncated, at: 4096)) { try reader.next() }
    }

    @Test(arguments: ["gnu", "pax"])
    func sparseFilesAreRefused(format: String) throws {
        let directory = try TemporaryDirectory()
        try directory.shell("truncate -s 1M big; echo x >>big; tar --format=\(format) --sparse -cf a.tar big")
        let archive = try directory.bytes("a.tar")
        let error = #expect(throws: TarError.self) { try entries(of: archive) }
        guard case .sparse = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func globalRecordsCountForAllEntriesThatFollow() throws {
        let directory = try TemporaryDirectory()
        try directory.shell(
            "echo x >a; echo y >b; tar --format=pax --pax-option=globexthdr.name=g,uname=everyone,gid=12345678 -cf a.tar a b"
        )
        #expect(try entries(of: try directory.bytes("a.tar")).map(\.header.userName) == ["everyone", "everyone"])
        #expect(try entries(of: try directory.bytes("a.tar")).map(\.header.gid) == [12_345_678, 12_345_678])
    }

    @Test func whatWeWriteIsListedByTar() throws {
        let directory = try TemporaryDirectory()
        let split = String(repeating: "d", count: 90) + "/" + String(repeating: "f", count: 90)
        let unsplit = String(repeating: "n", count: 120)
        let headers = [
            TarHeader(name: "dir/", kind: .directory, mode: 0o755),
            TarHeader(
                name: "dir/file",
                size: 600,
                modificationTime: 1_234_567_890,
                userName: "root",
                groupName: "root"
            ),
            TarHeader(name: "link", kind: .symbolicLink, mode: 0o777, linkName: String(repeating: "t", count: 150)),
            TarHeader(name: split, size: 1),
            TarHeader(name: unsplit, uid: 4_000_000, gid: 5_000_000, modificationTime: -86400),
            TarHeader(name: "ünïcödé", size: 512),
        ]
        var archive: [UInt8] = []
        for header in headers {
            archive += try header.encoded()
            archive += [UInt8](repeating: 0x78, count: Int(header.size))
            archive += [UInt8](repeating: 0, count: header.padding)
        }
        try directory.write(archive + TarHeader.endOfArchive, to: "a.tar")
        let listing = try directory.shell("TZ=UTC0 tar --numeric-owner -tvf a.tar")
        #expect(
            String(decoding: listing, as: UTF8.self) == """
                drwxr-xr-x 0/0               0 1970-01-01 00:00 dir/
                -rw-r--r-- 0/0             600 2009-02-13 23:31 dir/file
                lrwxrwxrwx 0/0               0 1970-01-01 00:00 link -> \(String(repeating: "t", count: 150))
                -rw-r--r-- 0/0               1 1970-01-01 00:00 \(split)
                -rw-r--r-- 4000000/5000000   0 1969-12-31 00:00 \(unsplit)
                -rw-r--r-- 0/0             512 1970-01-01 00:00 ünïcödé

                """
        )
        #expect(try entries(of: archive).map(\.header) == headers)
    }

    @Test func aLargeEntryIsSeenByTarAndSkippedBySeeking() throws {
        let directory = try TemporaryDirectory()
        let big = TarHeader(name: "big", size: Self.nineGigabytes)
        let after = TarHeader(name: "after")
        let start = try big.encoded()
        let file = try File(directory.path("a.tar"), for: .creating)
        try file.write(start, at: 0)
        try file.write(try after.encoded() + TarHeader.endOfArchive, at: Int64(start.count) + big.contentSize)
        let listing = try directory.shell("TZ=UTC0 tar --numeric-owner -tvf a.tar")
        #expect(
            String(decoding: listing, as: UTF8.self) == """
                -rw-r--r-- 0/0      9663676416 1970-01-01 00:00 big
                -rw-r--r-- 0/0               0 1970-01-01 00:00 after

                """
        )
        let reader = TarReader(file)
        #expect(try reader.next()?.header == big)
        #expect(try reader.skip(4 << 30) == 4 << 30)
        let entry = try #require(try reader.next())
        #expect(entry.header == after)
        #expect(entry.dataOffset == Int64(start.count) + big.contentSize + 512)
        #expect(try reader.next() == nil)
    }
}
