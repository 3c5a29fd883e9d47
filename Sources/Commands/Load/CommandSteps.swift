import CommandLine
import Engine
import SystemIO

// The steps that commands have in common.

extension ImageList {
    /// Reads a list as ``read(_:mode:)`` does, and prints notices about lines that the scripts would read differently. Waits for the writer
    /// of a named pipe. A list without images is an error in a strict run, else a warning: a failed download leaves such a list.
    ///
    /// - Throws: ``ImageListError``; `CancellationError`.
    static func read(_ path: String?, _ options: Options, console: Console) async throws -> [ImageListEntry] {
        let list = try await onThread { try read(path, mode: options.mode) }
        for notice in list.notices { console.remark(notice.description) }
        if list.images.isEmpty {
            let error = ImageListError(path: path ?? "", reason: .empty)
            guard !options.extensions.strict else { throw error }
            console.notice("warning: \(error)")
        }
        return list.images
    }
}

extension Options {
    /// Returns the path of the archive.
    ///
    /// - Parameter purpose: the end of the error's sentence, for instance `load`.
    /// - Throws: ``CommandError`` if no archive is named.
    func archive(to purpose: String) throws(CommandError) -> String {
        guard let images, !images.isEmpty else {
            throw CommandError("no archive is named: give --images the path of the file to \(purpose)")
        }
        return images
    }
}

extension Console {
    /// Runs a command, and prints its error.
    ///
    /// - Parameters:
    ///   - ifStopped: the message for a cancelled run.
    ///   - report: the report for other errors; `nil` for a command without one.
    /// - Returns: the exit status of `command`; 1 if it throws.
    func run(
        ifStopped: String = "stopped",
        report: RunReport? = nil,
        _ command: () async throws -> Int32
    ) async -> Int32 {
        do {
            return try await command()
        } catch is CancellationError {
            notice(ifStopped)
        } catch {
            report?.fail("\(error)")
            notice("\(error)")
        }
        return 1
    }
}
