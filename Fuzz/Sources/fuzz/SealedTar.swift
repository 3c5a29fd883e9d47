import Tar

/// Returns the tar with a correct checksum in each header, so that changed headers are read.
func sealed(_ tar: [UInt8]) -> [UInt8] {
    var tar = tar
    var parser = TarHeaderParser()
    while let offset = Int(exactly: parser.offset), offset <= tar.count - TarHeader.blockSize {
        let block = offset..<offset + TarHeader.blockSize
        if tar[block].contains(where: { $0 != 0 }) { seal(&tar, block) }
        guard let step = tar[block].withUnsafeBytes({ try? parser.consume($0) }), step != .end else { break }
    }
    return tar
}

/// Writes the sum of the block's bytes into its field, which counts as spaces (POSIX.1-2017, pax, "ustar Interchange Format").
private func seal(_ tar: inout [UInt8], _ block: Range<Int>) {
    let field = block.lowerBound + 148..<block.lowerBound + 156
    tar.replaceSubrange(field, with: repeatElement(UInt8(ascii: " "), count: 8))
    let sum = tar[block].reduce(0) { $0 + Int($1) }
    let digits = Array(String(sum, radix: 8).utf8)
    tar.replaceSubrange(field.prefix(digits.count), with: digits)
}
