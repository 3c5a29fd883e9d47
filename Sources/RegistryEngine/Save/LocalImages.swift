import Engine
import ImageArchive
import OCI
import Synchronization
import SystemIO

/// Images of a local store that no registry has, and their blobs.
///
/// The store saves each image into an unlinked temporary file, which is deleted with the process.
package final class LocalImages: Sendable {
    private let store: any LocalStore
    private let temporaryDirectory: String
    private let blobs = Mutex<[Digest: ArchivedContent]>([:])

    package init(in store: any LocalStore, temporaryDirectory: String) {
        self.store = store
        self.temporaryDirectory = temporaryDirectory
    }

    /// Saves an image from the store.
    ///
    /// - Parameter name: the name of the image in the list, with the source registry.
    /// - Returns: `nil` if the store does not have the image.
    /// - Throws: if the store has the image but cannot save it.
    func image(_ reference: Reference, name: ImageName) async throws -> SavedImage? {
        let file = try File(temporaryIn: temporaryDirectory)
        guard try await store.save(name, into: file.descriptor) else { return nil }
        return try await onThread { [self] in
            let archive = try DockerArchive(
                path: "/proc/self/fd/\(file.descriptor)",
                temporaryDirectory: temporaryDirectory
            )
            guard let found = archive.images.first else { throw EngineError("docker's local store gave no image") }
            let selection = try PushSelection(of: found, in: archive, ImageComposer(of: archive))
            guard let principal = selection.manifests.first(where: \.mediaType.isManifest) else {
                throw EngineError("docker's local store gave no image")
            }
            let image = SavedImage(
                reference: reference,
                top: selection.top,
                descendants: selection.manifests.filter { $0.digest != selection.top.digest },
                principal: principal
            )
            blobs.withLock { blobs in
                for blob in image.savedBlobs { blobs[blob.id] = selection.content(of: blob.id) }
            }
            return image
        }
    }

    /// Returns a blob of the images that were saved from the store.
    func blob(_ digest: Digest) -> ArchivedContent? {
        blobs.withLock { $0[digest] }
    }
}
