import FoundationEssentials
import Glibc

/// The calls of a run.
enum Log {
    /// Adds a call, by one write, so that calls at the same time do not mix.
    static func add(_ call: [String]) throws {
        let path = ProcessInfo.processInfo.environment["STAND_IN_LOG"] ?? ""
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let line = Array(try encoder.encode(call)) + [UInt8(ascii: "\n")]
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o666)
        guard descriptor >= 0, line.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == line.count
        else {
            throw Refusal("the log \(path) cannot be written", status: 74)
        }
        close(descriptor)
    }

    /// Tells the number of this process, in a file beside the log.
    static func tellProcess() throws {
        let path = (ProcessInfo.processInfo.environment["STAND_IN_LOG"] ?? "") + ".process"
        try Data("\(getpid())".utf8).write(to: URL(filePath: path), options: .atomic)
    }
}
