/// The fields of a header block, as offsets (POSIX.1-2017, pax, "ustar Interchange Format").
enum TarField {
    static let name = 0..<100
    static let mode = 100..<108
    static let uid = 108..<116
    static let gid = 116..<124
    static let size = 124..<136
    static let modificationTime = 136..<148
    static let checksum = 148..<156
    static let flag = 156
    static let linkName = 157..<257
    static let magic = 257..<263
    static let magicAndVersion = 257..<265
    static let userName = 265..<297
    static let groupName = 297..<329
    static let deviceMajor = 329..<337
    static let deviceMinor = 337..<345
    static let prefix = 345..<500
    /// The prefix in headers of star, which have the trailer `tar\0`.
    static let starPrefix = 345..<476
    static let starTrailer = 508..<512
}

/// A header block that is read or composed.
struct TarBlock {
    var bytes: [UInt8]

    /// A block of zeros.
    init() {
        bytes = [UInt8](repeating: 0, count: TarHeader.blockSize)
    }

    /// A copy of the first 512 bytes of `bytes`, which must not be shorter.
    init(copying bytes: UnsafeRawBufferPointer) {
        self.bytes = [UInt8](bytes[..<TarHeader.blockSize])
    }

    /// The sums of the bytes, with spaces for the checksum field. Some old programs add signed bytes.
    var checksums: (unsigned: Int64, signed: Int64) {
        var unsigned: Int64 = 0
        var signed: Int64 = 0
        for (index, byte) in bytes.enumerated() {
            let counted = TarField.checksum.contains(index) ? UInt8(ascii: " ") : byte
            unsigned += Int64(counted)
            signed += Int64(Int8(bitPattern: counted))
        }
        return (unsigned, signed)
    }
}

// MARK: - Reading

extension TarBlock {
    var isZero: Bool { bytes.allSatisfy { $0 == 0 } }

    var hasValidChecksum: Bool {
        guard let stated = number(TarField.checksum) else { return false }
        let (unsigned, signed) = checksums
        return stated == unsigned || stated == signed
    }

    /// The text of a field, up to the first NUL.
    func text(_ field: Range<Int>) -> String {
        String(decoding: bytes[field].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Returns the number of a field: octal digits between spaces and NULs, or GNU's base-256, which the first bit marks.
    ///
    /// - Returns: `nil` if the field has something else, or a number that does not fit; 0 for an empty field.
    func number(_ field: Range<Int>) -> Int64? {
        if bytes[field.lowerBound] & 0x80 != 0 { return binaryNumber(field) }
        let isFiller = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == 0 }
        let digits = bytes[field].drop(while: isFiller).prefix { !isFiller($0) }
        guard bytes[digits.endIndex..<field.upperBound].allSatisfy(isFiller) else { return nil }
        return digits.isEmpty ? 0 : Int64(asciiDigits: digits, radix: 8)
    }

    /// Reads two's complement, the highest byte first, without the bit that marks it.
    private func binaryNumber(_ field: Range<Int>) -> Int64? {
        let first = bytes[field.lowerBound]
        let isNegative = first & 0x40 != 0
        var value: Int64 = isNegative ? -1 : 0
        for (index, byte) in zip(field, bytes[field]) {
            let digit = index == field.lowerBound ? (isNegative ? byte : byte & 0x7F) : byte
            let (product, overflow) = value.multipliedReportingOverflow(by: 256)
            guard !overflow else { return nil }
            value = product | Int64(digit)
        }
        return value
    }
}

// MARK: - Composing

extension TarBlock {
    /// Writes text as Go does: truncated to the field, and followed by a NUL if the field is longer. Truncated text does not end
    /// in a slash, because some programs would take the entry for a directory.
    mutating func set(_ field: Range<Int>, text: [UInt8]) {
        bytes.replaceSubrange(
            field,
            with: text.prefix(field.count) + repeatElement(0, count: max(0, field.count - text.count))
        )
        let last = field.upperBound - 1
        if text.count > field.count, bytes[last] == UInt8(ascii: "/") {
            let slashes = bytes[field].reversed().prefix { $0 == UInt8(ascii: "/") }.count
            bytes[field.upperBound - slashes] = 0
        }
    }

    /// Writes a number as octal digits with leading zeros and a NUL; one that does not fit is written as 0, as Go does when a PAX
    /// record has it.
    mutating func set(_ field: Range<Int>, octal value: Int64) {
        let digits = String(value.fitsOctal(field) ? value : 0, radix: 8)
        set(field, text: Array((String(repeating: "0", count: field.count - 1 - digits.count) + digits).utf8))
    }

    /// Writes magic, version and checksum; the block is complete after that.
    mutating func seal() {
        set(TarField.magicAndVersion, text: Array("ustar\u{0}00".utf8))
        let sum = checksums.unsigned
        set(TarField.checksum.dropLast(), octal: sum)
        bytes[TarField.checksum.upperBound - 1] = UInt8(ascii: " ")
    }
}

extension Int64 {
    /// Whether the number fits into a field as octal digits and a NUL.
    func fitsOctal(_ field: Range<Int>) -> Bool {
        self >= 0 && self < 1 << (3 * (field.count - 1))
    }

    /// The number of digits without sign or space; `nil` also if the number does not fit.
    init?(asciiDigits digits: some Collection<UInt8>, radix: UInt8) {
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit < UInt8(ascii: "0") + radix else { return nil }
            let (product, productOverflow) = value.multipliedReportingOverflow(by: Int64(radix))
            let (sum, sumOverflow) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !productOverflow, !sumOverflow else { return nil }
            value = sum
        }
        self = value
    }
}
