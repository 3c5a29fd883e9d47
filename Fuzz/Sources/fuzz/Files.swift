import CFuzzer

@testable import ImageArchive
@testable import OCI
@testable import Registry
@testable import SystemIO

/// Reads the journal of a partial archive, which another user may have written.
func readJournal(_ bytes: [UInt8]) {
    for kind in [
        ArchiveJournal.Kind(.storedMembers), .init(.plainTar), .init(.deflatedLayers(level: 6)), .init(.plainLayers),
    ] {
        let places = ArchiveJournal.places(in: bytes, kind)
        // The offsets that a save computes.
        for place in places.values { _ = place.offset + place.size + place.written + (place.length ?? 0) }
    }
}

/// Reads settings and logins of docker and podman, the answer of a credential helper, and the tables of delta archives.
func readSettings(_ bytes: [UInt8]) throws {
    if let configuration = try? DockerConfiguration(json: bytes) {
        for name in ["docker.io/library/a", "a.b:5000/c", "localhost/d"] {
            guard let repository = try? Reference(name).repository else { continue }
            _ = configuration.helper(for: repository)
            _ = try? configuration.credential(for: repository)
        }
    }
    _ = try? DaemonConfiguration(json: bytes, path: "daemon.json")
    _ = try? OmittedBlobs(json: bytes)
}

/// Returns a file in memory with the content `bytes`.
func inMemory(_ bytes: [UInt8]) throws -> File {
    let descriptor = memfd_create("file", 0)
    precondition(descriptor >= 0, "no file can be made in memory")
    let file = File(owning: descriptor, path: "/proc/self/fd/\(descriptor)")
    try file.write(bytes)
    return file
}
