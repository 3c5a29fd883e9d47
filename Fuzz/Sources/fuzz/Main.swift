import CFuzzer
import Glibc

/// `fuzz READER [ARGUMENT…]` passes inputs that libFuzzer generates to a reader; the arguments are libFuzzer's own.
///
/// A finding is a crash, a leak, too much memory or too much time. A reader may throw.
@main
enum Main {
    static func main() {
        var arguments = CommandLine.arguments
        guard arguments.count > 1, let reader = Reader(rawValue: arguments[1]) else {
            print("usage: fuzz \(Reader.allCases.map(\.rawValue).joined(separator: "|")) [ARGUMENT...]")
            exit(2)
        }
        arguments.remove(at: 1)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let status = words.withUnsafeMutableBufferPointer { words in
            var count = CInt(arguments.count)
            var start = words.baseAddress
            return LLVMFuzzerRunDriver(&count, &start, reader.function)
        }
        exit(status)
    }
}

/// A reader of untrusted data.
enum Reader: String, CaseIterable {
    case tar, compression, json, reference, archive, head, answer, journal, settings

    /// The function that libFuzzer calls. A C function captures no values, so each reader has one of its own.
    var function: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt {
        switch self {
        case .tar: { call(readTar, $0, $1) }
        case .compression: { call(readCompressed, $0, $1) }
        case .json: { call(readJSON, $0, $1) }
        case .reference: { call(readReference, $0, $1) }
        case .archive: { call(readArchive, $0, $1) }
        case .head: { call(readHead, $0, $1) }
        case .answer: { call(readAnswer, $0, $1) }
        case .journal: { call(readJournal, $0, $1) }
        case .settings: { call(readSettings, $0, $1) }
        }
    }
}

private func call(_ reader: ([UInt8]) throws -> Void, _ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    try? reader(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
