import Engine
import ImageArchive
import OCI

/// What of an image in an archive can be pushed.
///
/// An archive usually has one image of a multi-platform name. A registry takes an index only with all that it lists, so then
/// the image itself gets the name, as docker does it (Docker 28, containerd store). Where several images are there, but not
/// all, an index of those is made.
struct PushSelection: Sendable {
    /// The manifest or index that the name leads to in the archive.
    let source: Descriptor
    /// What gets the name in the registry.
    let top: Manifest
    /// ``top`` and all below it, what is listed before what lists it.
    let manifests: [Manifest]
    /// What the user should know of the choice, to follow the name.
    let notice: String?
    private let archive: DockerArchive
    private let composed: [Digest: ArchivedContent]

    /// - Parameter composer: makes the image where the archive has only parts of it.
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
        composed = composition.blobs
        self.archive = archive
    }

    /// - Parameter descriptor: the manifest or index that the archive has of an image.
    init(of descriptor: Descriptor, in archive: DockerArchive) throws {
        self.archive = archive
        source = descriptor
        composed = [:]
        var reader = TreeReader(archive: archive)
        guard let tree = try reader.tree(descriptor) else {
            throw EngineError("the archive lacks its manifest \(descriptor.digest)")
        }
        let images = tree.images
        if let image = images.first, images.count == 1, !tree.isWhole {
            top = image
            manifests = [image]
            notice = "its list \(descriptor.digest.short) is not whole in the archive: the one image in it is pushed"
        } else if images.isEmpty {
            throw EngineError("the archive has none of its images")
        } else if tree.isWhole {
            top = tree.manifest
            manifests = tree.manifests
            notice = nil
        } else {
            top = try Manifest(listing: tree.imageEntries)
            manifests = images + [top]
            notice =
                "its list \(descriptor.digest.short) is not whole in the archive: a list of the \(images.count) images in it is pushed"
        }
    }

    /// The blobs that a registry has to have, each once, the layers of an image before its configuration: all but the foreign layers
    /// that are not in the archive.
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

    /// The platforms of what is pushed, as its index tells them; empty where it is an image.
    var platforms: [Platform] {
        manifests.flatMap { manifest -> [Platform] in
            if case .index(let entries) = manifest.content { entries.compactMap(\.platform) } else { [] }
        }
    }

    /// A referrer, which can only be pushed whole.
    init(of referrer: ArchivedReferrer, in archive: DockerArchive) throws {
        self.archive = archive
        source = referrer.manifest
        composed = [:]
        notice = nil
        var reader = TreeReader(archive: archive)
        guard let tree = try reader.tree(referrer.manifest), tree.isWhole else {
            throw EngineError("the archive lacks a part of \(referrer.manifest.digest)")
        }
        top = tree.manifest
        manifests = tree.manifests
    }

    /// The content of a blob; `nil` where the archive lacks it.
    func content(of digest: Digest) -> ArchivedContent? { composed[digest] ?? archive.blob(digest) }

    /// A manifest, and what the archive has of what it lists.
    private struct Tree {
        let manifest: Manifest
        var children: [(entry: Descriptor, tree: Tree)] = []
        /// Whether nothing below is missing.
        var isWhole = true

        /// Each once, however often it is listed.
        var manifests: [Manifest] {
            var seen: Set<Digest> = []
            return (children.flatMap(\.tree.manifests) + [manifest]).filter { seen.insert($0.digest).inserted }
        }

        var images: [Manifest] { manifests.filter(\.mediaType.isManifest) }

        /// How the images below are listed, those of inner indexes too.
        var imageEntries: [Descriptor] {
            children.flatMap { $0.tree.manifest.mediaType.isIndex ? $0.tree.imageEntries : [$0.entry] }
        }
    }

    /// Reads each manifest once, however often it is listed.
    private struct TreeReader {
        let archive: DockerArchive
        private var manifests: [Digest: Manifest] = [:]
        private var count = 0

        init(archive: DockerArchive) { self.archive = archive }

        /// - Returns: `nil` where the archive lacks the manifest, or one of its blobs.
        mutating func tree(_ descriptor: Descriptor, depth: Int = 0) throws -> Tree? {
            // Lists that name the same lists again and again grow beyond all bounds.
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
                    // Docker leaves out the images of a list of which it has not all blobs; an image of its own must be whole.
                    guard depth > 0 else { throw EngineError("the archive lacks its blob \(missing.digest)") }
                    return nil
                }
            case .index(let entries):
                for entry in entries {
                    if let child = try self.tree(entry, depth: depth + 1) {
                        tree.children.append((entry, child))
                        tree.isWhole = tree.isWhole && child.isWhole
                    } else {
                        tree.isWhole = false
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
