import Glibc
import Synchronization

/// An open file, pipe, device or socket: a descriptor with one owner, closed at the latest when the owner goes away.
///
/// Every descriptor is opened with `O_CLOEXEC`. Interrupted calls are repeated, short writes are continued, and a descriptor
/// that someone else has made non-blocking is waited for. The calls with an offset may be made from many threads at once;
/// those without one share the file's position.
public final class File: Sendable {
    /// What a file is opened for, and what becomes of one that is there.
    package enum Access: Sendable {
        /// Reading what exists.
        case reading
        /// Writing into what exists without shortening it, such as a device or a named pipe.
        case writing
        /// Reading and writing; the file is created if it is not there, and keeps what it has if it is.
        case updating
        /// Reading and writing a file that is empty at first; an existing one loses what it has.
        case creating
    }

    /// The file as the caller named it, for messages.
    public let path: String
    private let ownedDescriptor: Atomic<Int32>
    /// Held while the descriptor is closed, or made to refer to something else.
    private let closing = Mutex(())

    /// The open descriptor, −1 once the file has been closed.
    package var descriptor: Int32 { ownedDescriptor.load(ordering: .acquiring) }

    /// Takes over an open descriptor, which from now on is closed here.
    public init(owning descriptor: Int32, path: String) {
        self.ownedDescriptor = Atomic(descriptor)
        self.path = path
    }

    /// Opens the file at `path`. A named pipe is waited for until its other end is opened too.
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

    /// Makes a file in `directory` that has no name any more, for reading and writing: it goes away with the last who has it open,
    /// however that ends.
    package convenience init(temporaryIn directory: String) throws(FileError) {
        var path = ("\(directory)/rancher-images-XXXXXX".nativeCString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else {
            throw FileError(operation: "create a temporary file in", path: directory, code: errno)
        }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.init(owning: descriptor, path: "a temporary file in \(directory)")
    }

    deinit {
        let descriptor = ownedDescriptor.load(ordering: .relaxed)
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Closes the descriptor; closing twice is allowed. No other thread may still be using the file.
    ///
    /// - Throws: what network file systems only tell now, for instance that the disk is full.
    package func close() throws(FileError) {
        let descriptor = closing.withLock { _ in ownedDescriptor.exchange(-1, ordering: .acquiringAndReleasing) }
        // After EINTR Linux has closed the descriptor all the same; a second try could close a stranger's.
        if descriptor >= 0, Glibc.close(descriptor) != 0, errno != EINTR {
            throw FileError(operation: "close", path: path, code: errno)
        }
    }

    /// Ends all access to the file, also by threads that still use it: the next call of each fails. The lock of the file is released
    /// when the last call under way has returned, so nothing is written to the file after that.
    package func withdraw() {
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        // Without a descriptor to spare, the file and its lock stay open until the process ends.
        guard nothing >= 0 else { return }
        closing.withLock { _ in
            // The number stays taken, so a late call can never reach another file.
            guard descriptor >= 0, dup2(nothing, descriptor) >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        _ = Glibc.close(nothing)
    }
}
