import Glibc

/// The identity of a file and its content: the inode, the size and the time of the last change.
package struct FileIdentity: Sendable, Equatable {
    private let device: dev_t
    private let number: ino_t
    private let size: off_t
    private let seconds: Int
    private let nanoseconds: Int

    package init(_ status: stat) {
        device = status.st_dev
        number = status.st_ino
        size = status.st_size
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
