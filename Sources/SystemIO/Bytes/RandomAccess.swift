import Glibc

/// Bytes that are read and written at any offset, by many threads at once: a file, or several that count as one.
package protocol RandomAccess: AnyObject, Sendable {
    /// What it is called in messages.
    var path: String { get }

    /// Whether it can be read and written at any offset at all; a pipe cannot.
    var isRegular: Bool { get throws(FileError) }

    /// How many bytes there are, from the first to the end of the last file.
    var size: Int64 { get throws(FileError) }

    /// The files that a stretch lies in, in order, with where it lies in each.
    ///
    /// - Throws: `FileError` where one of them is not there.
    func pieces(of stretch: Range<Int64>) throws(FileError) -> [FilePiece]

    /// Reads at `offset`.
    ///
    /// - Returns: how many bytes were read; less than `buffer.count` only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileError)

    /// Makes it `size` bytes long: cuts the rest, or adds zeros that take no space.
    func resize(to size: Int64) throws(FileError)
}

/// A stretch of one file.
package struct FilePiece: Sendable {
    package let file: File
    package let range: Range<Int64>

    package init(_ file: File, _ range: Range<Int64>) {
        self.file = file
        self.range = range
    }

    /// The first bytes, at most `count`, and the rest.
    fileprivate func split(at count: Int64) -> (FilePiece, FilePiece) {
        let middle = min(range.upperBound, range.lowerBound + count)
        return (FilePiece(file, range.lowerBound..<middle), FilePiece(file, middle..<range.upperBound))
    }
}

extension RandomAccess {
    /// All bytes from the first to the last; of a pipe those that are still to come.
    package func source() throws(FileError) -> any ByteSource {
        if let file = self as? File, try !file.isRegular { return file }
        return FileSection(of: self, at: 0, length: try size)
    }

    /// Writes all of `bytes` at `offset`.
    package func write(_ bytes: [UInt8], at offset: Int64) throws(FileError) {
        try bytes.withBytes { bytes throws(FileError) in try write(bytes, at: offset) }
    }

    /// Has the disk begin with what was written into a stretch, so that bringing it there finds less to wait for.
    package func startWriteback(at offset: Int64, length: Int) {
        for piece in (try? pieces(of: offset..<offset + Int64(length))) ?? [] {
            piece.file.startWriteback(of: piece.range)
        }
    }

    /// Copies a stretch of another one into this one, by the file system itself where it can do that.
    ///
    /// - Throws: also where the other one ends before.
    package func copy(_ stretch: Range<Int64>, of other: any RandomAccess, to start: Int64) throws(FileError) {
        var targets = try pieces(of: start..<start + Int64(stretch.count))[...]
        for piece in try other.pieces(of: stretch) {
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

    /// Copies a stretch to another place, which may overlap the first.
    ///
    /// - Throws: `FileError`, with `ENODATA` if the file ends within the stretch.
    package func move(_ place: Range<Int64>, to start: Int64) throws(FileError) {
        guard start != place.lowerBound else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        let size = Int64(buffer.count)
        let isForward = start < place.lowerBound
        var rest = place
        // What has not been copied yet is not written over: to the front from the beginning, to the back from the end.
        while !rest.isEmpty {
            let from = isForward ? rest.lowerBound : max(rest.lowerBound, rest.upperBound - size)
            let count = Int(min(size, rest.upperBound - from))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            guard try read(into: piece, at: from) == count else {
                throw FileError(operation: "read all of", path: path, code: ENODATA)
            }
            let target = start + (from - place.lowerBound)
            try write(UnsafeRawBufferPointer(piece), at: target)
            startWriteback(at: target, length: count)
            rest = isForward ? from + Int64(count)..<rest.upperBound : rest.lowerBound..<from
        }
    }
}

extension File: RandomAccess {
    package func pieces(of stretch: Range<Int64>) -> [FilePiece] { [FilePiece(self, stretch)] }
}
