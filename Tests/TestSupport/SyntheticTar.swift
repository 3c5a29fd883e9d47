import Tar

/// A tar that a test builds entry by entry, valid or not.
public struct SyntheticTar: Sendable {
    /// An entry: its header and its content.
    public struct Entry: Sendable {
        /// The header, whose size may differ from that of the content.
        public var header: TarHeader
        /// The content, without the padding.
        public var content: [UInt8]

        /// A file with a correct size.
        public init(_ name: String, _ content: [UInt8]) {
            header = TarHeader(name: name, size: Int64(content.count))
            self.content = content
        }

        /// A text file.
        public init(_ name: String, _ text: String) {
            self.init(name, Array(text.utf8))
        }

        /// A link.
        public init(_ name: String, linkingTo target: String, kind: TarHeader.Kind = .symbolicLink) {
            header = TarHeader(name: name, kind: kind, linkName: target)
            content = []
        }
    }

    /// The entries in order.
    public var entries: [Entry]

    /// A tar of these entries.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// The content of the file called `name`; `nil` removes the entry.
    public subscript(name: String) -> [UInt8]? {
        get { entries.first { $0.header.name == name }?.content }
        set {
            let place = entries.firstIndex { $0.header.name == name } ?? entries.endIndex
            entries.removeAll { $0.header.name == name }
            if let newValue { entries.insert(Entry(name, newValue), at: place) }
        }
    }

    /// Replaces the entry of the same name.
    public mutating func replace(with entry: Entry) {
        self[entry.header.name] = nil
        entries.append(entry)
    }

    /// The complete tar with the two blocks of zeros at its end.
    public func bytes() throws -> [UInt8] {
        try entries.reduce(into: []) { bytes, entry in
            let padding = TarHeader.padding(after: Int64(entry.content.count))
            bytes += try entry.header.encoded() + entry.content + [UInt8](repeating: 0, count: padding)
        } + TarHeader.endOfArchive
    }
}
