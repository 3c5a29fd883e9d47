import Engine
import ImageArchive
import OCI
import Synchronization
import SystemIO

/// Images of a local store that no registry has given, and their blobs.
///
/// Each is saved by the store into a temporary file, which has no name any more, so that it goes away with the process, however
/// that ends.
package final class LocalImages: Sendable {
    private let store: any LocalStore
    private let temporaryDirectory: String
    private let blobs = Mutex<[Digest: ArchivedContent]>([:])

    /// The images of a store.
    package init(in store: any LocalStore, temporaryDirectory: String) {
        self.store = store
        self.temporaryDirectory = temporaryDirectory
    }

    /// Looks for an image, and takes it from the store.
    ///
    /// - Parameter name: the image as the list and the source registry name it.
    /// - Returns: `nil` where the store does not have it.
    /// - Throws: where it has the image and does not give it, or gives something else.
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
                for part in image.parts { blobs[part.blob.digest] = selection.content(of: part.blob.digest) }
            }
            return image
        }
    }

    /// The content of a blob of the images that were taken from the store.
    func blob(_ digest: Digest) -> ArchivedContent? {
        blobs.withLock { $0[digest] }
    }
}
