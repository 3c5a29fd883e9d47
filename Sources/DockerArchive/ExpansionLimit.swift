/// How large compressed data may unpack to before it is taken for a decompression bomb: a small file can unpack without end.
package struct ExpansionLimit: Sendable {
    /// So many times what is compressed, beyond the allowance.
    let ratio: Int64
    /// In bytes.
    let allowance: Int64

    /// Of archives and layers, which are seldom compressed to less than a tenth: a gigabyte, and 200 times what is compressed.
    package static let decompressed = ExpansionLimit(ratio: 200, allowance: 1 << 30)

    /// Of what an archive has beside layers that are not compressed, which is small or compressed already.
    static let copied = ExpansionLimit(ratio: 10, allowance: 64 << 20)

    /// Compares two amounts of bytes.
    ///
    /// - Throws: ``ArchiveError/bomb(packed:unpacked:)``.
    package func check(_ unpacked: Int64, of packed: Int64) throws(ArchiveError) {
        // What is packed has been read, so it is far from overflowing.
        let limit = allowance + packed * ratio
        guard unpacked <= limit else { throw .bomb(packed: packed, unpacked: limit) }
    }
}
