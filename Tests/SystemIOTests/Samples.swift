import Glibc
import SystemIO
import TestSupport

/// The variables that commands of the tests get.
let environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]

/// A command line of `sh`, as a command.
func shell(_ line: String) -> [String] { ["sh", "-c", line] }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// The content of a pipe until it ends; reads on the calling thread.
func readToEnd(_ file: File?) throws -> [UInt8] {
    guard let file else { return [] }
    var bytes: [UInt8] = []
    while case let chunk = try file.readBytes(4096), !chunk.isEmpty { bytes += chunk }
    return bytes
}

/// How many descriptors this process has open.
func openDescriptorCount() -> Int {
    (0..<1024).count { fcntl($0, F_GETFD) >= 0 }
}

/// Whether a process of this number is there, as a zombie or alive.
func exists(_ identifier: Int32) -> Bool { kill(identifier, 0) == 0 }

/// Waits, without holding a thread, until a command has made a file; half a minute at the most.
func appearance(of name: String, in directory: TemporaryDirectory) async throws {
    for _ in 0..<6000 {
        if directory.exists(name) { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw TestSupportError("no command has made \(name)")
}

/// The signals that a new command ignores and those that it has blocked, as bit masks: signal n is bit n − 1.
///
/// Signals 32 and 33 are left out: they are glibc's own, and it makes every process that it spawns ignore them.
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
