import CommandLine
import Engine
import SystemIO

extension ImageList {
    /// Reads a list as ``read(_:mode:)`` does, and reports what was read otherwise than the scripts read it. The writer of a named pipe is
    /// waited for. A list without images is an error in a strict run, else a warning: it is what a failed download leaves.
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
