/// The local images of another engine on this machine, for images that no registry serves.
package protocol LocalStore: Sendable {
    /// Writes an image into an open file, as `docker save` does.
    ///
    /// - Parameters:
    ///   - name: the name that the script would pass to docker.
    ///   - descriptor: the descriptor of the file, which is empty.
    /// - Returns: `false` if the store does not have the image, or the engine does not run.
    /// - Throws: an error if the store has the image but cannot write it; `CancellationError`.
    func save(_ name: ImageName, into descriptor: Int32) async throws -> Bool
}
