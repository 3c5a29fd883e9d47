import CaseFormat
import FoundationEssentials
import SystemIO
import Tar

/// The images of an archive, as the text that the fake for docker writes instead of an archive.
enum SavedNames {
    private struct Item: Decodable {
        let names: [String]?

        private enum CodingKeys: String, CodingKey {
            case names = "RepoTags"
        }
    }

    /// `SAVED NAME…` for an archive, in the order of its `manifest.json`; for any other file its own text.
    static func text(of bytes: [UInt8]) -> String {
        guard let names = try? names(in: bytes) else { return String(readable: bytes) }
        return "SAVED \(names.joined(separator: " "))\n"
    }

    private static func names(in bytes: [UInt8]) throws -> [String]? {
        let reader = TarReader(MemorySource(bytes))
        while let entry = try reader.next() {
            guard entry.header.name == "manifest.json" else { continue }
            let json = Data(try reader.readBytes(Int(entry.header.size)))
            return try JSONDecoder().decode([Item].self, from: json).flatMap { $0.names ?? [] }
        }
        return nil
    }
}
