import CaseFormat
import FoundationEssentials
import Glibc

/// The calls of a run.
enum Log {
    private static var path: String { ProcessInfo.processInfo.environment["STAND_IN_LOG"] ?? "" }

    /// Adds a call that begins.
    static func begin(_ call: [String]) throws { try add(try CallLog.beginning(call)) }

    /// Adds that the call ends.
    static func end(_ status: Int32) throws { try add(CallLog.end(status)) }

    /// The call before this one.
    static func previous() throws -> CallLog.Call? {
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        return try CallLog.calls(text).last
    }

    /// Writes a line at once, so that lines of calls at the same time do not mix.
    private static func add(_ line: String) throws {
        let bytes = Array(line.utf8)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o666)
        guard descriptor >= 0, bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count
        else {
            throw Refusal("the log \(path) cannot be written", status: 74)
        }
        close(descriptor)
    }

    /// Writes the ID of this process to a file next to the log.
    static func writeProcessID() throws {
        try Data("\(getpid())".utf8).write(to: URL(filePath: path + ".process"), options: .atomic)
    }
}
