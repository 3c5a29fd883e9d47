/// Where bytes come from, in order: a file, a pipe, a part of a file, or what a decompressor makes of another source.
///
/// A source is pulled by one caller at a time, and blocks its thread until there is something to give.
public protocol ByteSource: AnyObject {
    /// Fills the beginning of `buffer` with the next bytes of the source.
    ///
    /// - Returns: how many bytes were written, at least 1 and at most `buffer.count`; 0 only at the end of the source, or
    ///   when `buffer` is empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int

    /// Passes over the next `count` bytes without giving them to anyone.
    ///
    /// - Returns: how many bytes were passed over; less than `count` only when the source ended before.
    func skip(_ count: Int64) throws -> Int64
}

extension ByteSource {
    /// By reading; sources that can seek have a faster way of their own.
    public func skip(_ count: Int64) throws -> Int64 {
        try skipByReading(count)
    }

    /// Fills the whole of `buffer`, with as many reads as that takes.
    ///
    /// - Returns: how many bytes were written; less than `buffer.count` only at the end of the source.
    package func readFully(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Gives the rest of the source to `body`, in pieces of at most 256 KiB.
    public func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try read(into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The next bytes of the source, at most `count` of them; fewer only at its end.
    package func readBytes(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            initializedCount = try readFully(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Passes over bytes by reading them, as ``skip(_:)`` does for a source that has no faster way.
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
