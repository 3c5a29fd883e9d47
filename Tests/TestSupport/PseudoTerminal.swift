import Glibc
import Synchronization
import SystemIO

/// A pseudoterminal that records its output.
///
/// It is open until ``close()``.
public final class PseudoTerminal: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var size: (columns: Int, rows: Int)
    }

    private let master: File
    private let slave: File
    private let state: Mutex<State>
    private let reader: Mutex<WorkerThread?> = Mutex(nil)

    // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), which are macros that Swift does not import.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// Opens a terminal of that size.
    public init(columns: Int, rows: Int = 24) throws {
        let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: UInt32 = 0
        guard descriptor >= 0, ioctl(descriptor, Self.setLock, &isLocked) == 0,
            ioctl(descriptor, Self.getNumber, &number) == 0
        else { throw TestSupportError("no terminal can be opened", errno) }
        let path = "/dev/pts/\(number)"
        master = File(owning: descriptor, path: "a terminal")
        let slaveDescriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slaveDescriptor >= 0 else { throw TestSupportError("\(path) cannot be opened", errno) }
        slave = File(owning: slaveDescriptor, path: path)
        state = Mutex(State(size: (columns, rows)))
        resize(columns: columns, rows: rows)
        guard let thread = WorkerThread({ [self] in keepAll() }) else {
            throw TestSupportError("no thread can be started")
        }
        reader.withLock { $0 = thread }
    }

    /// The descriptor for a child process.
    public var descriptor: Int32 { slave.descriptor }

    /// A duplicate descriptor for a program in this process.
    public func stream() throws -> File {
        let copy = fcntl(slave.descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw TestSupportError("the terminal cannot be duplicated", errno) }
        return File(owning: copy, path: "terminal")
    }

    /// Changes the size, as a resized window does.
    public func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master.descriptor, UInt(TIOCSWINSZ), &size)
        state.withLock { $0.size = (columns, rows) }
    }

    /// Writes a text as another program would.
    public func write(_ text: String) throws { try slave.write(Array(text.utf8)) }

    /// The output so far, with the line ends of a terminal.
    public var bytes: [UInt8] { state.withLock(\.bytes) }

    /// The output so far as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Waits until a text has been written.
    public func wait(for text: String) async throws {
        for _ in 0..<6000 {
            if self.text.contains(text) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestSupportError("'\(text)' is not written to the terminal")
    }

    /// Closes the terminal after all output is read.
    public func close() {
        try? slave.close()
        reader.withLock { $0.take() }?.join()
        try? master.close()
    }

    private func keepAll() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(master.descriptor, $0.baseAddress, $0.count) }
            // EIO: no descriptor of the terminal is open anymore.
            guard count > 0 else { return }
            let piece = buffer[..<count]
            state.withLock { $0.bytes += piece }
        }
    }
}
