/// Decodes a text file as PowerShell's `Get-Content` does: a byte order mark decides between UTF-8, UTF-16 and UTF-32.
///
/// - Returns: UTF-8 without the mark, with U+FFFD for invalid code units.
func decodedAsPowerShellDoes(_ bytes: [UInt8]) -> [UInt8] {
    // The mark of UTF-32 begins with that of UTF-16, so the longer ones come first.
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) {
        return utf8(ofUTF32: units(of: bytes.dropFirst(4), littleEndian: true))
    }
    if bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
        return utf8(ofUTF32: units(of: bytes.dropFirst(4), littleEndian: false))
    }
    if bytes.starts(with: [0xFF, 0xFE]) {
        return utf8(ofUTF16: units(of: bytes.dropFirst(2), littleEndian: true))
    }
    if bytes.starts(with: [0xFE, 0xFF]) {
        return utf8(ofUTF16: units(of: bytes.dropFirst(2), littleEndian: false))
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    return bytes
}

/// Returns code units of two or four bytes. An incomplete unit at the end is dropped.
private func units<Unit: FixedWidthInteger & UnsignedInteger>(
    of bytes: ArraySlice<UInt8>,
    littleEndian: Bool
) -> [Unit] {
    let width = Unit.bitWidth / 8
    return (0..<bytes.count / width)
        .map { index in
            let start = bytes.startIndex + index * width
            var unit: Unit = 0
            for offset in 0..<width {
                unit = unit << 8 | Unit(bytes[start + (littleEndian ? width - 1 - offset : offset)])
            }
            return unit
        }
}

private func utf8(ofUTF16 units: [UInt16]) -> [UInt8] {
    Array(String(decoding: units, as: UTF16.self).utf8)
}

private func utf8(ofUTF32 units: [UInt32]) -> [UInt8] {
    Array(String(decoding: units, as: UTF32.self).utf8)
}
