/// Text as the system has it: words of a command line, variables, paths and lines are bytes, mostly UTF-8 but not always.
///
/// A `String` has no place for bytes that are no UTF-8. Here each of them stands in it as a scalar of its own, U+10FF80 for
/// 0x80 to U+10FFFF for 0xFF: the last 128 of the private use plane 16. Where the bytes are the UTF-8 of such a scalar, each of its
/// four stands in that way too. So every sequence of bytes has a text of its own, which leads back to it.
extension String {
    /// The text that stands for these bytes.
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

    /// The bytes that the text stands for: its UTF-8, but for the scalars that stand for a byte each.
    package var nativeBytes: [UInt8] {
        guard unicodeScalars.contains(where: isEscape) else { return Array(utf8) }
        return unicodeScalars.flatMap { scalar in
            scalar.escapedByte.map { [$0] } ?? Array(String(scalar).utf8)
        }
    }

    /// The bytes that the text stands for, with a zero behind them, for calls of the system.
    package var nativeCString: [CChar] {
        nativeBytes.map(CChar.init(bitPattern:)) + [0]
    }

    /// The text that stands for what a pointer of the system leads to, up to its zero.
    package init(nativeCString start: UnsafePointer<CChar>) {
        var end = start
        while end.pointee != 0 { end += 1 }
        let bytes = UnsafeBufferPointer(start: start, count: end - start).map(UInt8.init(bitPattern:))
        self.init(nativeBytes: bytes)
    }
}

extension Unicode.Scalar {
    /// The byte that the scalar stands for where it stands for one.
    package var escapedByte: UInt8? {
        isEscape(self) ? UInt8(truncatingIfNeeded: value) : nil
    }
}

private let escapeBase: UInt32 = 0x10FF00

private func isEscape(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= escapeBase + 0x80
}

private func escape(_ byte: UInt8) -> Unicode.Scalar {
    // Only bytes from 0x80 on are no UTF-8 by themselves, so that the sum is a scalar of plane 16.
    Unicode.Scalar(escapeBase + UInt32(byte)) ?? "\u{FFFD}"
}

/// How many bytes a scalar has whose UTF-8 begins with this one; 1 for a byte that begins none.
private func encodedLength(lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
}
