import Glibc
import SystemIO

/// Files that count as one: each but the last has the same size, and may be missing, or end too early.
package final class SplitFile: RandomAccess {
    package let path: String
    /// The size of each part but the last, in bytes.
    package let partSize: Int64
    private let source: any PartSource

    /// - Parameters:
    ///   - path: what the parts are called together.
    ///   - partSize: the size of each part but the last, in bytes.
    ///   - source: has the parts.
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

    /// - Throws: `FileError` also where a part that is not the last ends too early.
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
                guard index == source.partCount - 1 || !source.areWhole else {
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
    ///   - paths: what they are called together, in each directory that has some.
    ///   - suffix: stands behind the names of the parts.
    ///   - partSize: the size that each part but the last is going to have; `nil` where the parts are finished, and tell it.
    /// - Returns: `nil` where there are none.
    package convenience init?(of paths: [String], suffix: String = "", partSize: Int64? = nil) {
        guard let path = paths.first,
            let parts = LocatedParts(of: paths, suffix: suffix, areWhole: partSize == nil)
        else { return nil }
        self.init(path, partSize: partSize ?? parts.partSize, parts: parts)
    }

    /// The numbers of the parts that the directory of `path` has.
    package static func numbers(at path: String) -> Set<Int> { Set(LocatedParts.finished(of: path).keys) }

    /// Whether the parts at `path` are about to replace what else is there, and are read already.
    package static func areReplacing(_ path: String) -> Bool { PartsReplacement(pendingAt: path) != nil }

    /// Completes a replacement by parts that an earlier run has begun at `path`.
    ///
    /// - Throws: ``StagedFileError`` if that run is still at it; ``CompletedContentError``.
    package static func completeReplacement(at path: String) throws { try PartsReplacement.resume(at: path) }

    /// How many parts there are, those that are missing included.
    package var partCount: Int { source.partCount }

    /// The parts in order; `nil` for one that is missing.
    var files: [File?] { (0..<source.partCount).map { try? source.part($0) } }

    /// What is wrong with the parts: a sentence for each that is missing, or ends too early.
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

    /// The paths of the parts that a stretch lies in.
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

/// Where the parts of a ``SplitFile`` come from.
protocol PartSource: AnyObject, Sendable {
    /// How many parts there are; all but the last may be missing.
    var partCount: Int { get }

    /// Whether a part that is not the last has to have its whole size.
    var areWhole: Bool { get }

    /// A part, counted from 0. For writing it is made where it is not there.
    func part(_ index: Int) throws(FileError) -> File

    /// As ``RandomAccess/resize(to:)``.
    func resize(to size: Int64, partSize: Int64) throws(FileError)
}

/// What the parts of an archive are called: its name with `.001` behind it, and so on.
package enum PartName {
    /// The most parts of an archive.
    package static let most = 999

    /// The path of a part.
    ///
    /// - Parameter number: from 1.
    package static func path(_ path: String, _ number: Int) -> String {
        let digits = String(number)
        return path + "." + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    /// The number that the name of a part of `base` has; `nil` where it is not one.
    package static func number(_ name: String, of base: String) -> Int? {
        guard name.utf8.count == base.utf8.count + 4, name.hasPrefix(base + "."), let number = Int(name.suffix(3)),
            name.suffix(3).utf8.allSatisfy(\.isDigit), number > 0
        else { return nil }
        return number
    }
}

extension FileIdentity {
    /// The identities of a file, or of each of its parts; `nil` for a part that is missing.
    package static func all(of file: any RandomAccess) -> [FileIdentity?] {
        switch file {
        case let file as File: [try? file.identity]
        case let file as SplitFile: file.files.map { try? $0?.identity }
        default: []
        }
    }
}
