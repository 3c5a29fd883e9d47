import ByteIO
import ImageEngine
import ScriptInterface

extension ImageList {
    /// Reads a list as ``read(_:mode:)`` does, and tells what was read otherwise than the scripts read it. A named pipe is waited
    /// for until somebody writes into it.
    ///
    /// - Throws: ``ImageListError``; `CancellationError`.
    static func read(_ path: String?, mode: ScriptMode, console: Console) async throws -> [ListedImage] {
        let list = try await onThread { try read(path, mode: mode) }
        for notice in list.notices { console.remark(notice.description) }
        return list.images
    }
}
