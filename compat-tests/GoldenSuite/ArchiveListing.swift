import Compression
import FoundationEssentials
import OCI
import SystemIO
import Tar

/// The entries of an archive of `docker save`, without random details: times, the order of images in the JSON files, and which of
/// several equal layers is a link to another.
package struct ArchiveListing: Sendable, Equatable {
    /// The content of each entry by its name: the digest, the text of JSON that names all images, or nothing for directories.
    package let entries: [String: String]

    /// Lists the archive at `path`, which may be compressed.
    package init(_ path: String) throws {
        let reader = TarReader(try Decompressor(try File(path, for: .reading)))
        var entries: [String: String] = [:]
        var links: [String: String] = [:]
        while let entry = try reader.next() {
            let name = entry.header.name
            switch entry.header.kind {
            case .directory: entries[name] = ""
            case .symbolicLink: links[name] = Self.target(of: entry.header.linkName, in: name)
            default: entries[name] = try Self.content(of: reader, name: name, size: entry.header.size)
            }
        }
        for (name, target) in links { entries[name] = entries[target] ?? "a link to nothing" }
        self.entries = entries
    }

    /// Returns the differences from another archive as readable lines.
    package func differences(from other: ArchiveListing) -> [String] {
        Set(entries.keys).union(other.entries.keys).sorted().filter { entries[$0] != other.entries[$0] }
            .map { "\($0): \(entries[$0] ?? "missing") (script), \(other.entries[$0] ?? "missing") (executable)" }
    }

    private static let namesAllImages: Set = ["manifest.json", "repositories", "index.json"]

    private static func content(of reader: TarReader, name: String, size: Int64) throws -> String {
        if namesAllImages.contains(name) {
            let json = Data(try reader.readBytes(Int(size)))
            return try JSONDecoder().decode(JSONText.self, from: json).text
        }
        let hash = ContentHash()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try reader.read(into: buffer), count > 0 {
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return hash.finish().description
    }

    /// `../ID/layer.tar` in `OTHER/layer.tar` is `ID/layer.tar`.
    private static func target(of link: String, in name: String) -> String {
        link.hasPrefix("../") ? String(link.dropFirst(3)) : link
    }
}

/// JSON as a text that is the same whatever the order of keys and of images.
private struct JSONText: Decodable {
    let text: String

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            text = try object.allKeys.map(\.stringValue).sorted()
                .map { "\($0): \(try object.decode(JSONText.self, forKey: Key(stringValue: $0)).text)" }
                .joined(separator: ", ").wrapped("{", "}")
        } else if var array = try? decoder.unkeyedContainer() {
            var items: [String] = []
            while !array.isAtEnd { items.append(try array.decode(JSONText.self).text) }
            // The images: manifest.json itself, and the manifests of index.json. Layers keep their order.
            let path = decoder.codingPath.map(\.stringValue)
            text = (path.isEmpty || path == ["manifests"] ? items.sorted() : items).joined(separator: ", ")
                .wrapped("[", "]")
        } else {
            let value = try decoder.singleValueContainer()
            if let string = try? value.decode(String.self) {
                text = string
            } else if let number = try? value.decode(Int64.self) {
                text = "\(number)"
            } else {
                text = value.decodeNil() ? "null" : "\(try value.decode(Bool.self))"
            }
        }
    }
}

extension String {
    fileprivate func wrapped(_ opening: String, _ closing: String) -> String { opening + self + closing }
}
