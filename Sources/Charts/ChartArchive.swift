import Compression
import ImageArchive
import SystemIO
import Tar

/// A reader of a chart's `.tgz`: a gzipped tar of one directory with a `Chart.yaml`.
enum ChartArchive {
    /// The maximum size in bytes of a file that is read into memory, as in Helm 3.
    private static let fileLimit: Int64 = 5 << 20

    /// Reads the complete archive, so that a truncated one is not pushed.
    ///
    /// - Throws: ``ChartFileError``, `FileError`.
    static func metadata(of file: File) throws -> ChartMetadata {
        do {
            return try read(FileSection(of: file, at: 0, length: .max))
        } catch let error as ArchiveError {
            throw ChartFileError("\(error)")
        } catch let error where error is TarError || error is CompressionError {
            throw ChartFileError("it is no chart: \(error)")
        }
    }

    private static func read(_ source: any ByteSource) throws -> ChartMetadata {
        let names = ["Chart.yaml", "requirements.yaml"]
        let content = try BoundedDecompressor(source, format: .gzip)
        let reader = TarReader(content)
        var fields: [String: YAMLFields] = [:]
        while let entry = try reader.next() {
            let parts = entry.header.name.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
            guard entry.header.kind == .file, parts.count == 2, names.contains(String(parts[1])) else { continue }
            let name = String(parts[1])
            guard fields[name] == nil else { throw ArchiveError.twice(entry: name) }
            let size = entry.header.contentSize
            guard size <= fileLimit else { throw ArchiveError.tooLarge(entry: name, size: size) }
            let text = try reader.readBytes(Int(size))
            fields[name] = try using(name) { () throws(ChartFileError) in try YAMLFields(YAMLParser.parse(text)) }
        }
        // The gzip checksum follows the end of the tar.
        try content.forEachPiece { _ in }
        guard let chart = fields["Chart.yaml"] else { throw ArchiveError.missing(entry: "Chart.yaml") }
        return try using("Chart.yaml") { () throws(ChartFileError) in
            try ChartMetadata(chart, requirements: fields["requirements.yaml"])
        }
    }

    /// Adds the name of an entry to the errors of `body`.
    private static func using<Value>(
        _ entry: String,
        _ body: () throws(ChartFileError) -> Value
    ) throws(ArchiveError) -> Value {
        do {
            return try body()
        } catch {
            throw .malformed(entry: entry, problem: error.description)
        }
    }
}

/// A file that is not a chart.
package struct ChartFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problem, to follow the name of the file.
    package let description: String

    init(_ description: String) { self.description = description }
}
