/// The images that another engine on this machine has, for those that no registry gives.
package protocol LocalStore: Sendable {
    /// Writes an image into an open file, as `docker save` does.
    ///
    /// - Parameters:
    ///   - name: the image, as the script would name it to docker.
    ///   - descriptor: of the file, which is empty.
    /// - Returns: `false` where the store does not have the image, or there is no such engine.
    /// - Throws: where it has the image and cannot write it; `CancellationError`.
    func save(_ name: ImageName, into descriptor: Int32) async throws -> Bool
}
