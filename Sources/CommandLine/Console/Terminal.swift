import Glibc
import SystemIO

/// The terminal that a stream may be connected to.
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

    package init(_ stream: File) { self.stream = stream }

    /// Whether the stream is a terminal.
    package var exists: Bool { isatty(stream.descriptor) != 0 }

    /// The current size; 80 by 24 if the terminal does not report one.
    package var size: Size {
        var size = winsize()
        let isKnown = ioctl(stream.descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        return isKnown ? Size(columns: Int(size.ws_col), rows: Int(size.ws_row)) : Size(columns: 80, rows: 24)
    }

    /// Whether another process group has the terminal, because this process runs in the background.
    package var isInBackground: Bool {
        let group = tcgetpgrp(stream.descriptor)
        return group > 0 && group != getpgrp()
    }
}
