/// A source of bytes, read in order: a file, a pipe, a section of a file, or a decompressor of another source.
///
/// One caller at a time reads a source. A read blocks until bytes are available.
public protocol ByteSource: AnyObject {
    /// Reads the next bytes into `buffer`.
    ///
    /// - Returns: the number of bytes read, at least 1; 0 only at the end of the source, or if `buffer` is empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int

    /// Skips the next `count` bytes.
    ///
    /// - Returns: the number of bytes skipped; less than `count` only at the end of the source.
    func skip(_ count: Int64) throws -> Int64
}

extension ByteSource {
    /// Skips bytes by reading them. Sources that can seek override this.
    public func skip(_ count: Int64) throws -> Int64 {
        try skipByReading(count)
    }

    /// Reads until `buffer` is full.
    ///
    /// - Returns: the number of bytes read; less than `buffer.count` only at the end of the source.
    package func readFully(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Passes the rest of the source to `body`, in pieces of at most 256 KiB.
    public func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try read(into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Reads the next `count` bytes; fewer only at the end of the source.
    package func readBytes(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            initializedCount = try readFully(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Skips the next `count` bytes by reading them.
    package func skipByReading(_ count: Int64) throws -> Int64 {
        guard count > 0 else { return 0 }
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(min(count, 64 << 10)), alignment: 16)
        defer { scratch.deallocate() }
        var dropped: Int64 = 0
        while dropped < count {
            let wanted = Int(min(count - dropped, Int64(scratch.count)))
            let got = try read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<wanted]))
            if got == 0 { break }
            dropped += Int64(got)
        }
        return dropped
    }
}
