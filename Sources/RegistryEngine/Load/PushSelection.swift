import Engine
import ImageArchive
import OCI

/// The manifests and blobs of an archived image that can be pushed.
///
/// An archive usually has one image of a multi-platform name. A registry accepts an index only with everything that it lists, so the
/// image itself gets the name, as docker does it (Docker 28, containerd store). If the archive has several images of the index, but
/// not all, an index of those is made.
struct PushSelection: Sendable {
    /// The manifest or index that the name resolves to in the archive.
    let source: Descriptor
    /// The manifest that gets the name in the registry.
    let top: Manifest
    /// ``top`` and all manifests below it; an index follows its entries.
    let manifests: [Manifest]
    /// A notice about the choice, to follow the name; `nil` if the image is complete.
    let notice: String?
    let archive: DockerArchive
    private let builtBlobs: [Digest: ArchivedContent]

    /// - Parameter composer: builds the image if the archive has no manifest of it.
    init(of image: DockerArchive.Image, in archive: DockerArchive, _ composer: ImageComposer) throws {
        if let descriptor = image.original {
            try self.init(of: descriptor, in: archive)
            return
        }
        self.init(try composer.compose(image), in: archive)
    }

    private init(_ composition: ComposedImage, in archive: DockerArchive) {
        source = composition.manifest.descriptor
        top = composition.manifest
        manifests = [top]
        notice = nil
        builtBlobs = composition.blobs
        self.archive = archive
    }

    /// - Parameter descriptor: the manifest or index of an image in the archive.
    init(of descriptor: Descriptor, in archive: DockerArchive) throws {
        self.archive = archive
        source = descriptor
        builtBlobs = [:]
        var reader = TreeReader(archive: archive)
        guard let tree = try reader.tree(descriptor) else {
            throw EngineError("the archive lacks its manifest \(descriptor.digest)")
        }
        let images = tree.images
        if let image = images.first, images.count == 1, !tree.isComplete {
            top = image
            manifests = [image]
            notice = "its list \(descriptor.digest.short) is incomplete in the archive: the one image in it is pushed"
        } else if images.isEmpty {
            throw EngineError("the archive has none of its images")
        } else if tree.isComplete {
            top = tree.manifest
            manifests = tree.manifests
            notice = nil
        } else {
            top = try Manifest(listing: tree.imageEntries)
            manifests = images + [top]
            notice =
                "its list \(descriptor.digest.short) is incomplete in the archive: a list of the \(images.count) images in it is pushed"
        }
    }

    /// The blobs without duplicates; the layers of an image precede its configuration. Foreign layers that are not in the archive are
    /// left out.
    var blobs: [(blob: Descriptor, isLayer: Bool)] {
        var seen: Set<Digest> = []
        return
            manifests.flatMap { manifest -> [(blob: Descriptor, isLayer: Bool)] in
                guard case .image(let configuration, let layers) = manifest.content else { return [] }
                return layers.map { ($0, true) } + [(configuration, false)]
            }
            .filter { seen.insert($0.blob.digest).inserted }
            .filter { !$0.blob.isForeignLayer || content(of: $0.blob.digest) != nil }
    }

    /// The blobs that the archive omits.
    var omittedBlobs: [Digest] {
        blobs.map(\.blob.digest).filter { content(of: $0) == nil && archive.omitted[$0] != nil }
    }

    /// The platforms in the indexes; empty for an image.
    var platforms: [Platform] {
        manifests.flatMap { manifest -> [Platform] in
            if case .index(let entries) = manifest.content { entries.compactMap(\.platform) } else { [] }
        }
    }

    /// Selects a referrer, which can only be pushed if it is complete.
    init(of referrer: ArchivedReferrer, in archive: DockerArchive) throws {
        self.archive = archive
        source = referrer.manifest
        builtBlobs = [:]
        notice = nil
        var reader = TreeReader(archive: archive)
        guard let tree = try reader.tree(referrer.manifest), tree.isComplete else {
            throw EngineError("the archive lacks a part of \(referrer.manifest.digest)")
        }
        top = tree.manifest
        manifests = tree.manifests
    }

    /// The content of a blob; `nil` if the archive lacks it.
    func content(of digest: Digest) -> ArchivedContent? { builtBlobs[digest] ?? archive.blob(digest) }

    /// A manifest with the manifests below it that the archive has.
    private struct Tree {
        let manifest: Manifest
        var children: [(entry: Descriptor, tree: Tree)] = []
        /// Whether no manifest or blob below is missing.
        var isComplete = true

        /// The manifests without duplicates; an index follows its entries.
        var manifests: [Manifest] {
            var seen: Set<Digest> = []
            return (children.flatMap(\.tree.manifests) + [manifest]).filter { seen.insert($0.digest).inserted }
        }

        var images: [Manifest] { manifests.filter(\.mediaType.isManifest) }

        /// The index entries of the images below, including those of nested indexes.
        var imageEntries: [Descriptor] {
            children.flatMap { $0.tree.manifest.mediaType.isIndex ? $0.tree.imageEntries : [$0.entry] }
        }
    }

    /// Reads each manifest once.
    private struct TreeReader {
        let archive: DockerArchive
        private var manifests: [Digest: Manifest] = [:]
        private var count = 0

        init(archive: DockerArchive) { self.archive = archive }

        /// - Returns: `nil` if the archive lacks the manifest or one of its blobs.
        mutating func tree(_ descriptor: Descriptor, depth: Int = 0) throws -> Tree? {
            // Lists that refer to the same lists repeatedly grow without limit.
            count += 1
            guard depth < 16, count <= 10_000 else {
                throw EngineError("its manifest list has lists in lists without end")
            }
            guard let manifest = try manifest(descriptor) else { return nil }
            var tree = Tree(manifest: manifest)
            switch manifest.content {
            case .image(let configuration, let layers):
                let missing = ([configuration] + layers)
                    .first {
                        !$0.isForeignLayer && archive.blob($0.digest) == nil && archive.omitted[$0.digest] == nil
                    }
                if let missing {
                    // Docker leaves out the incomplete images of a list; a single image must be complete.
                    guard depth > 0 else { throw EngineError("the archive lacks its blob \(missing.digest)") }
                    return nil
                }
            case .index(let entries):
                for entry in entries {
                    if let child = try self.tree(entry, depth: depth + 1) {
                        tree.children.append((entry, child))
                        tree.isComplete = tree.isComplete && child.isComplete
                    } else {
                        tree.isComplete = false
                    }
                }
            }
            return tree
        }

        private mutating func manifest(_ descriptor: Descriptor) throws -> Manifest? {
            if let known = manifests[descriptor.digest] { return known }
            let manifest = try archive.manifest(descriptor)
            manifests[descriptor.digest] = manifest
            return manifest
        }
    }
}
