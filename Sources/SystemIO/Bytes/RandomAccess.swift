import Glibc

/// A file, or a split file, that several threads can read and write at any offset.
package protocol RandomAccess: AnyObject, Sendable {
    /// The name in messages.
    var path: String { get }

    /// Whether access at any offset is possible; not for a pipe.
    var isRegular: Bool { get throws(FileError) }

    /// The size in bytes; of a split file, the sum of its parts.
    var size: Int64 { get throws(FileError) }

    /// Returns the pieces of the files that a range of bytes is in, in order.
    ///
    /// - Throws: `FileError` if one of the files is missing.
    func pieces(of range: Range<Int64>) throws(FileError) -> [FilePiece]

    /// Reads at `offset`.
    ///
    /// - Returns: the number of bytes read; less than `buffer.count` only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileError)

    /// Truncates to `size` bytes, or extends to it with zeros that take no disk space.
    func resize(to size: Int64) throws(FileError)
}

/// A range of bytes of one file.
package struct FilePiece: Sendable {
    package let file: File
    package let range: Range<Int64>

    package init(_ file: File, _ range: Range<Int64>) {
        self.file = file
        self.range = range
    }

    /// Returns the first bytes, at most `count`, and the rest.
    fileprivate func split(at count: Int64) -> (FilePiece, FilePiece) {
        let middle = min(range.upperBound, range.lowerBound + count)
        return (FilePiece(file, range.lowerBound..<middle), FilePiece(file, middle..<range.upperBound))
    }
}

extension RandomAccess {
    /// Returns a source of all bytes; of a pipe, of those that have not been read.
    package func source() throws(FileError) -> any ByteSource {
        if let file = self as? File, try !file.isRegular { return file }
        return FileSection(of: self, at: 0, length: try size)
    }

    /// Writes all of `bytes` at `offset`.
    package func write(_ bytes: [UInt8], at offset: Int64) throws(FileError) {
        try bytes.withBytes { bytes throws(FileError) in try write(bytes, at: offset) }
    }

    /// Starts writing a range to the disk, so that a later sync takes less time.
    package func startWriteback(at offset: Int64, length: Int) {
        for piece in (try? pieces(of: offset..<offset + Int64(length))) ?? [] {
            piece.file.startWriteback(of: piece.range)
        }
    }

    /// Copies a range of `other` to the offset `start`, inside the file system if possible.
    ///
    /// - Throws: `FileError`, also if `other` ends within the range.
    package func copy(_ range: Range<Int64>, of other: any RandomAccess, to start: Int64) throws(FileError) {
        var targets = try pieces(of: start..<start + Int64(range.count))[...]
        for piece in try other.pieces(of: range) {
            var rest = piece
            while !rest.range.isEmpty, let target = targets.popFirst() {
                let (first, remainder) = rest.split(at: Int64(target.range.count))
                try target.file.copy(first.range, of: first.file, to: target.range.lowerBound)
                rest = remainder
                let (_, left) = target.split(at: Int64(first.range.count))
                if !left.range.isEmpty { targets.insert(left, at: targets.startIndex) }
            }
        }
    }

    /// Copies a range to the offset `start`; the two may overlap.
    ///
    /// - Throws: `FileError`, with `ENODATA` if the file ends within the range.
    package func move(_ range: Range<Int64>, to start: Int64) throws(FileError) {
        guard start != range.lowerBound else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        let size = Int64(buffer.count)
        let isForward = start < range.lowerBound
        var rest = range
        // Bytes that have not been copied yet must not be overwritten: a move to the end starts from the end.
        while !rest.isEmpty {
            let from = isForward ? rest.lowerBound : max(rest.lowerBound, rest.upperBound - size)
            let count = Int(min(size, rest.upperBound - from))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            guard try read(into: piece, at: from) == count else {
                throw FileError(operation: "read all of", path: path, code: ENODATA)
            }
            let target = start + (from - range.lowerBound)
            try write(UnsafeRawBufferPointer(piece), at: target)
            startWriteback(at: target, length: count)
            rest = isForward ? from + Int64(count)..<rest.upperBound : rest.lowerBound..<from
        }
    }
}

extension File: RandomAccess {
    package func pieces(of range: Range<Int64>) -> [FilePiece] { [FilePiece(self, range)] }
}
