import CLinux
import Glibc
import Synchronization

/// An open file, pipe, device or socket: a descriptor that is closed with its only owner.
///
/// Every descriptor is opened with `O_CLOEXEC`. Interrupted calls are repeated, and short writes are continued. A call on a descriptor
/// that another program has made non-blocking waits. Several threads can make calls with an offset at the same time; calls without one
/// share the file's position.
public final class File: Sendable {
    /// The access mode, and the treatment of an existing file.
    package enum Access: Sendable {
        /// Reading an existing file.
        case reading
        /// Writing an existing file without truncating it, such as a device or a named pipe.
        case writing
        /// Reading and writing. An existing file keeps its content; a missing one is created.
        case updating
        /// Reading and writing. An existing file is truncated; a missing one is created.
        case creating
    }

    /// The path as the caller gave it, for messages.
    public let path: String
    private let ownedDescriptor: Atomic<Int32>
    /// Held while the descriptor is closed or redirected.
    private let closing = Mutex(())

    /// The open descriptor, or −1 once the file has been closed.
    package var descriptor: Int32 { ownedDescriptor.load(ordering: .acquiring) }

    /// Takes ownership of an open descriptor.
    public init(owning descriptor: Int32, path: String) {
        self.ownedDescriptor = Atomic(descriptor)
        self.path = path
    }

    /// Opens the file at `path`. Opening a named pipe waits for its other end.
    package convenience init(_ path: String, for access: Access) throws(FileError) {
        let flags =
            switch access {
            case .reading: O_RDONLY
            case .writing: O_WRONLY
            case .updating: O_RDWR | O_CREAT
            case .creating: O_RDWR | O_CREAT | O_TRUNC
            }
        let descriptor = try retrying("open", path) { open(path.nativeCString, flags | O_CLOEXEC, 0o666) }
        self.init(owning: Int32(descriptor), path: path)
    }

    /// Creates a file without a name in `directory`, for reading and writing. The system removes it with its last descriptor.
    package convenience init(temporaryIn directory: String) throws(FileError) {
        var path = "\(directory)/rancher-images-XXXXXX".nativeCString
        let descriptor = mkostemp(&path, O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileError(operation: "create a temporary file in", path: directory, code: errno)
        }
        unlink(path)
        self.init(owning: descriptor, path: "a temporary file in \(directory)")
    }

    deinit {
        let descriptor = ownedDescriptor.load(ordering: .relaxed)
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Closes the descriptor, unless it is closed already. No other thread may be using the file.
    ///
    /// - Throws: `FileError`: network file systems may report only now that the disk is full.
    package func close() throws(FileError) {
        let descriptor = closing.withLock { _ in ownedDescriptor.exchange(-1, ordering: .acquiringAndReleasing) }
        // After EINTR, Linux has closed the descriptor; a second call could close that of another file.
        if descriptor >= 0, Glibc.close(descriptor) != 0, errno != EINTR {
            throw FileError(operation: "close", path: path, code: errno)
        }
    }

    /// Ends all access to the file, also by other threads: their next calls fail. The lock of the file is released when the last
    /// running call has returned, so nothing is written to the file after that.
    package func withdraw() {
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        // Without a free descriptor, the file and its lock stay open until the process ends.
        guard nothing >= 0 else { return }
        closing.withLock { _ in
            // The number stays in use, so a late call can never reach another file.
            guard descriptor >= 0, dup2(nothing, descriptor) >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        _ = Glibc.close(nothing)
    }
}
