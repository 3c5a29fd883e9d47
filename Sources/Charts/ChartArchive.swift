import Compression
import ImageArchive
import SystemIO
import Tar

/// A chart's `.tgz`: a gzipped tar with one directory, in which `Chart.yaml` tells what the chart is.
enum ChartArchive {
    /// The most bytes of a file that is read into memory; Helm 3 takes no larger ones either.
    private static let fileLimit: Int64 = 5 << 20

    /// Reads all of the archive, so that one that is cut off is not pushed.
    ///
    /// - Throws: ``ChartFileError``, `FileError`.
    static func metadata(of file: File) throws -> ChartMetadata {
        do {
            return try read(FileSection(of: file, at: 0, length: .max))
        } catch let error as TarError {
            throw ChartFileError("it is no chart: \(error)")
        } catch let error as CompressionError {
            throw ChartFileError("it is no chart: \(error)")
        } catch let error as ArchiveError {
            throw ChartFileError("\(error)")
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
            fields[name] = try parse(try reader.readBytes(Int(size)), called: name)
        }
        // Behind the end of the tar stands the checksum of all.
        try content.forEachPiece { _ in }
        guard let chart = fields["Chart.yaml"] else { throw ArchiveError.missing(entry: "Chart.yaml") }
        do {
            return try ChartMetadata(chart, requirements: fields["requirements.yaml"])
        } catch {
            throw ArchiveError.malformed(entry: "Chart.yaml", problem: error.description)
        }
    }

    private static func parse(_ bytes: [UInt8], called name: String) throws(ArchiveError) -> YAMLFields {
        do {
            return try YAMLFields(try YAMLParser.parse(bytes))
        } catch let error as YAMLError {
            let place = error.line.map { "line \($0): " } ?? ""
            throw .malformed(entry: name, problem: place + error.problem)
        } catch {
            throw .malformed(entry: name, problem: "it is no mapping")
        }
    }
}

/// A file is no chart that can be pushed.
package struct ChartFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why, to follow the file's name.
    package let description: String

    init(_ description: String) { self.description = description }
}
