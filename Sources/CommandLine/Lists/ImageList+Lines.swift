import Engine
import SystemIO

extension ImageList {
    /// Parses the bytes of a list.
    ///
    /// - Throws: ``ImageListError`` with the reason ``ImageListError/Reason/noText`` for zero bytes in PowerShell mode.
    init(_ bytes: [UInt8], file: String, mode: ScriptMode) throws(ImageListError) {
        let text = mode == .powerShell ? decodedAsPowerShellDoes(bytes) : bytes
        guard mode == .shell || !text.contains(0) else { throw ImageListError(path: file, reason: .noText) }
        var images: [ImageListEntry] = []
        var notices: [Notice] = []
        func notice(_ kind: Notice.Kind, _ line: Int) {
            if let index = notices.firstIndex(where: { $0.kind == kind }) {
                notices[index].lines += 1
            } else {
                notices.append(Notice(kind: kind, file: file, lines: 1, firstLine: line))
            }
        }

        var lines = Lines(text, mode: mode)
        while let line = lines.next() {
            var name = line.text
            if name.contains(0) {
                notice(.zeroBytes, line.number)
                name = name.filter { $0 != 0 }[...]
            }
            if name.last == carriageReturn { notice(.carriageReturn, line.number) }
            name = name.trimmingSuffix { $0 == carriageReturn }
            let trimmed = name.trimming(while: isSpaceOrReturn)
            if trimmed.count < name.count { notice(.spaces, line.number) }
            guard let first = trimmed.first else { continue }
            if first == UInt8(ascii: "#") {
                notice(.comment, line.number)
                continue
            }
            if mode == .shell {
                if !line.hasEnd { notice(.noFinalNewline, line.number) }
                if trimmed.starts(with: byteOrderMark) { notice(.byteOrderMark, line.number) }
            }
            let reference =
                mode == .shell ? String(nativeBytes: trimmed) : String(decoding: trimmed, as: UTF8.self)
            images.append(ImageListEntry(reference: reference, file: file, line: line.number))
        }
        self.init(images: images, notices: notices)
    }
}

/// The lines of a text. In shell mode a newline ends a line, in PowerShell mode LF, CR LF or CR.
private struct Lines {
    private let bytes: [UInt8]
    private let mode: ScriptMode
    private var position = 0
    private var number = 0

    init(_ bytes: [UInt8], mode: ScriptMode) {
        self.bytes = bytes
        self.mode = mode
    }

    /// The next line, and whether it has a line end.
    mutating func next() -> (text: ArraySlice<UInt8>, number: Int, hasEnd: Bool)? {
        guard position < bytes.count else { return nil }
        number += 1
        let rest = bytes[position...]
        guard let end = rest.firstIndex(where: { $0 == newline || mode == .powerShell && $0 == carriageReturn }) else {
            position = bytes.count
            return (rest, number, false)
        }
        let isPair = bytes[end] == carriageReturn && end + 1 < bytes.count && bytes[end + 1] == newline
        position = end + (isPair ? 2 : 1)
        return (rest[..<end], number, true)
    }
}

private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

private func isSpaceOrReturn(_ byte: UInt8) -> Bool {
    isSpace(byte) || byte == carriageReturn
}
