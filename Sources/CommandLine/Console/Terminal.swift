import Glibc
import SystemIO

/// The terminal that a stream leads to.
package struct Terminal: Sendable {
    /// The width and height in characters.
    package struct Size: Sendable, Hashable {
        package let columns: Int
        package let rows: Int

        package init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }
    }

    private let stream: File

    /// The terminal of a stream.
    package init(_ stream: File) { self.stream = stream }

    /// Whether the stream leads to a terminal at all.
    package var isThere: Bool { isatty(stream.descriptor) != 0 }

    /// Its size at this moment; 80 by 24 where it does not tell.
    package var size: Size {
        var size = winsize()
        let isKnown = ioctl(stream.descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        return isKnown ? Size(columns: Int(size.ws_col), rows: Int(size.ws_row)) : Size(columns: 80, rows: 24)
    }

    /// Whether the shell has given it to another process group, as it does for a command that runs in the background.
    package var isInOtherHands: Bool {
        let group = tcgetpgrp(stream.descriptor)
        return group > 0 && group != getpgrp()
    }
}
