/// Conversion between `String` and the bytes of the operating system: arguments, variables, paths and lines, which are mostly UTF-8.
///
/// A byte that is not UTF-8 becomes an escape scalar, from U+10FF80 for 0x80 to U+10FFFF for 0xFF: the last 128 scalars of private use
/// plane 16. The UTF-8 of an escape scalar becomes four escape scalars. So each sequence of bytes has its own text, and the conversion
/// is reversible.
extension String {
    /// The text of `bytes`.
    package init(nativeBytes bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isEscape) {
            self = text
            return
        }
        var scalars = String.UnicodeScalarView()
        var rest = bytes[...]
        while let lead = rest.first {
            let encoded = rest.prefix(encodedLength(lead: lead))
            if let scalar = String(validating: encoded, as: UTF8.self)?.unicodeScalars.first, !isEscape(scalar) {
                scalars.append(scalar)
                rest = rest.dropFirst(encoded.count)
            } else {
                scalars.append(escape(lead))
                rest = rest.dropFirst()
            }
        }
        self.init(scalars)
    }

    /// The UTF-8 of the text, with one byte for each escape scalar.
    package var nativeBytes: [UInt8] {
        guard unicodeScalars.contains(where: isEscape) else { return Array(utf8) }
        return unicodeScalars.flatMap { scalar in
            scalar.escapedByte.map { [$0] } ?? Array(String(scalar).utf8)
        }
    }

    /// ``nativeBytes`` with a terminating zero, for system calls.
    package var nativeCString: [CChar] {
        nativeBytes.map(CChar.init(bitPattern:)) + [0]
    }

    /// The text of a zero-terminated string of the system.
    package init(nativeCString start: UnsafePointer<CChar>) {
        var end = start
        while end.pointee != 0 { end += 1 }
        let bytes = UnsafeBufferPointer(start: start, count: end - start).map(UInt8.init(bitPattern:))
        self.init(nativeBytes: bytes)
    }
}

extension Unicode.Scalar {
    /// The byte of an escape scalar; `nil` for any other scalar.
    package var escapedByte: UInt8? {
        isEscape(self) ? UInt8(truncatingIfNeeded: value) : nil
    }
}

private let escapeBase: UInt32 = 0x10FF00

private func isEscape(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= escapeBase + 0x80
}

private func escape(_ byte: UInt8) -> Unicode.Scalar {
    // Only bytes from 0x80 on can be invalid UTF-8, so the sum is always a scalar of plane 16.
    Unicode.Scalar(escapeBase + UInt32(byte)) ?? "\u{FFFD}"
}

/// The length of the UTF-8 sequence that begins with `lead`; 1 for a byte that cannot begin one.
private func encodedLength(lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
}
