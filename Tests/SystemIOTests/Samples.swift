import Glibc
import SystemIO
import TestSupport

/// The variables of the tests' commands.
let environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]

/// A command that runs a line in `sh`.
func shell(_ line: String) -> [String] { ["sh", "-c", line] }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Reads a pipe to its end, on the calling thread.
func readToEnd(_ file: File?) throws -> [UInt8] {
    guard let file else { return [] }
    var bytes: [UInt8] = []
    while case let chunk = try file.readBytes(4096), !chunk.isEmpty { bytes += chunk }
    return bytes
}

/// The number of open descriptors of this process.
func openDescriptorCount() -> Int {
    (0..<1024).count { fcntl($0, F_GETFD) >= 0 }
}

/// Whether a process exists, alive or as a zombie.
func exists(_ identifier: Int32) -> Bool { kill(identifier, 0) == 0 }

/// Waits, without blocking a thread, until a command has created a file; at most 30 s.
func appearance(of name: String, in directory: TemporaryDirectory) async throws {
    for _ in 0..<6000 {
        if directory.exists(name) { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw TestSupportError("no command has made \(name)")
}

/// The ignored and the blocked signals of a new command, as bit masks: signal n is bit n − 1.
///
/// Signals 32 and 33 are omitted: glibc makes every process that it spawns ignore them.
func signalsOfACommand() async throws -> (ignored: UInt64, blocked: UInt64) {
    let outcome = try await ChildProcess.run(
        ["grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"],
        environment: environment,
        output: .keep(last: 4096)
    )
    let masks = text(outcome.output).split(separator: "\n").compactMap { UInt64($0.suffix(16), radix: 16) }
    guard masks.count == 2 else { throw TestSupportError("not two masks: \(text(outcome.output))") }
    return (ignored: masks[1] & ~(0b11 << 31), blocked: masks[0])
}
