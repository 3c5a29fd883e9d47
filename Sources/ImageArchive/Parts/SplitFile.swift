import Glibc
import SystemIO

/// A file in several parts: each part but the last has the same size, and may be missing or truncated.
package final class SplitFile: RandomAccess {
    package let path: String
    /// The size of each part but the last, in bytes.
    package let partSize: Int64
    private let source: any PartSource

    /// - Parameters:
    ///   - path: the path without the parts' numbers.
    ///   - partSize: the size of each part but the last, in bytes.
    ///   - source: the parts.
    init(_ path: String, partSize: Int64, parts source: any PartSource) {
        self.path = path
        self.partSize = partSize
        self.source = source
    }

    package var isRegular: Bool { true }

    package var size: Int64 {
        get throws(FileError) {
            let last = source.partCount - 1
            return last < 0 ? 0 : Int64(last) * partSize + (try source.part(last).size)
        }
    }

    package func pieces(of stretch: Range<Int64>) throws(FileError) -> [FilePiece] {
        var pieces: [FilePiece] = []
        var position = stretch.lowerBound
        while position < stretch.upperBound {
            let start = position % partSize
            let length = min(partSize - start, stretch.upperBound - position)
            pieces.append(FilePiece(try source.part(Int(position / partSize)), start..<start + length))
            position += length
        }
        return pieces
    }

    /// - Throws: `FileError`, also if a part other than the last is truncated.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let position = offset + Int64(filled)
            let index = Int(position / partSize)
            guard index < source.partCount else { break }
            let start = position % partSize
            let wanted = Int(min(partSize - start, Int64(buffer.count - filled)))
            let part = try source.part(index)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + wanted])
            let count = try part.read(into: piece, at: start)
            filled += count
            if count < wanted {
                guard index == source.partCount - 1 || !source.areComplete else {
                    throw FileError(operation: "read all of", path: part.path, code: ENODATA)
                }
                break
            }
        }
        return filled
    }

    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileError) {
        var written = 0
        for piece in try pieces(of: offset..<offset + Int64(bytes.count)) {
            let next = written + piece.range.count
            try piece.file.write(UnsafeRawBufferPointer(rebasing: bytes[written..<next]), at: piece.range.lowerBound)
            written = next
        }
    }

    package func resize(to size: Int64) throws(FileError) {
        try source.resize(to: size, partSize: partSize)
    }

    /// Opens parts for reading.
    ///
    /// - Parameters:
    ///   - paths: the path of the content in each directory that has parts of it.
    ///   - suffix: the suffix of the parts' names.
    ///   - partSize: the size of each staged part but the last; `nil` for finished parts, whose sizes are read.
    /// - Returns: `nil` if there are no parts.
    package convenience init?(of paths: [String], suffix: String = "", partSize: Int64? = nil) {
        guard let path = paths.first,
            let parts = LocatedParts(of: paths, suffix: suffix, areComplete: partSize == nil)
        else { return nil }
        self.init(path, partSize: partSize ?? parts.partSize, parts: parts)
    }

    /// Returns the numbers of the parts of the content at `path`.
    package static func numbers(at path: String) -> Set<Int> { Set(LocatedParts.finished(of: path).keys) }

    /// Whether the parts at `path` are about to replace another content, and count already.
    package static func areReplacing(_ path: String) -> Bool { PartsReplacement(pendingAt: path) != nil }

    /// Completes a replacement by parts that an earlier run has begun at `path`.
    ///
    /// - Throws: ``StagedFileError`` if that run is still active; ``CompletedContentError``.
    package static func completeReplacement(at path: String) throws { try PartsReplacement.resume(at: path) }

    /// The number of parts, including missing ones.
    package var partCount: Int { source.partCount }

    /// The parts in order; `nil` for a missing part.
    var files: [File?] { (0..<source.partCount).map { try? source.part($0) } }

    /// The missing and truncated parts: a sentence each.
    package var defects: [String] {
        (0..<source.partCount)
            .compactMap { index -> String? in
                do throws(FileError) {
                    let part = try source.part(index)
                    let isShort = try part.size < partSize && index < source.partCount - 1
                    return isShort ? "\(part.path) is cut off" : nil
                } catch {
                    return error.code == ENOENT ? "\(error.path) is missing" : "\(error)"
                }
            }
    }

    /// Returns the paths of the parts that contain a range.
    package func paths(of stretch: Range<Int64>) -> [String] {
        guard !stretch.isEmpty else { return [] }
        return (stretch.lowerBound / partSize...(stretch.upperBound - 1) / partSize)
            .map { index in
                do throws(FileError) { return try source.part(Int(index)).path } catch { return error.path }
            }
    }

    /// The path of the last part that is there.
    package var lastPath: String {
        get throws(FileError) { try source.part(source.partCount - 1).path }
    }

    /// The stretches that can be read, in order, with a gap between one and the next.
    package var readable: [Range<Int64>] {
        var regions: [Range<Int64>] = []
        for index in 0..<source.partCount {
            guard let size = try? source.part(index).size, size > 0 else { continue }
            let start = Int64(index) * partSize
            let end = start + min(size, index == source.partCount - 1 ? size : partSize)
            if let last = regions.last, last.upperBound == start {
                regions[regions.count - 1] = last.lowerBound..<end
            } else {
                regions.append(start..<end)
            }
        }
        return regions
    }
}

/// The parts of a ``SplitFile``.
protocol PartSource: AnyObject, Sendable {
    /// The number of parts; all but the last may be missing.
    var partCount: Int { get }

    /// Whether each part but the last must have the full size.
    var areComplete: Bool { get }

    /// Returns a part, counted from 0. A missing part is created for writing.
    func part(_ index: Int) throws(FileError) -> File

    /// As ``RandomAccess/resize(to:)``.
    func resize(to size: Int64, partSize: Int64) throws(FileError)
}

/// The names of an archive's parts: its name with `.001` and so on appended.
package enum PartName {
    /// The maximum number of parts of an archive.
    package static let most = 999

    /// Returns the path of a part.
    ///
    /// - Parameter number: from 1.
    package static func path(_ path: String, _ number: Int) -> String {
        let digits = String(number)
        return path + "." + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    /// Returns the number in the name of a part of `base`; `nil` if `name` is not one.
    package static func number(_ name: String, of base: String) -> Int? {
        guard name.hasPrefix(base + "."), case let digits = name.dropFirst(base.count + 1), isNumber(digits),
            let number = Int(digits), number > 0
        else { return nil }
        return number
    }

    /// Whether the end of a name has the form of a part's number, 000 included.
    package static func isNumber(_ digits: Substring) -> Bool {
        digits.utf8.count == 3 && digits.utf8.allSatisfy(\.isDigit)
    }
}

extension FileIdentity {
    /// Returns the identities of a file, or of each of its parts; `nil` for a missing part.
    package static func all(of file: any RandomAccess) -> [FileIdentity?] {
        switch file {
        case let file as File: [try? file.identity]
        case let file as SplitFile: file.files.map { try? $0?.identity }
        default: []
        }
    }
}
