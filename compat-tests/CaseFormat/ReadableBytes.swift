extension String {
    /// Reads UTF-8, and invalid bytes as their numbers, `⟨E9⟩`, so that different bytes are different texts.
    package init(readable bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self) {
            self = text
            return
        }
        var text = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self)?.unicodeScalars.count == 1 }
            if let length {
                text += String(decoding: rest.prefix(length), as: UTF8.self)
            } else {
                text += "⟨" + String(rest[rest.startIndex], radix: 16, uppercase: true) + "⟩"
            }
            rest = rest.dropFirst(length ?? 1)
        }
        self = text
    }
}
