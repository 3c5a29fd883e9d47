import Engine
import ImageArchive
import OCI
import SystemIO

/// Lists the content of archives from their tables, manifests and configurations. Layers are read only if the archive has to be unpacked.
package struct ArchiveLister: Sendable {
    private let locations: [ArchiveLocation]
    private let opener: ArchiveOpener

    /// - Parameter temporaryDirectory: the directory for unpacked archives.
    package init(
        _ locations: [ArchiveLocation],
        temporaryDirectory: String,
        counters: TransferCounters,
        notice: @escaping NoticeHandler
    ) {
        self.locations = locations
        opener = ArchiveOpener(temporaryDirectory: temporaryDirectory, counters: counters, notice: notice)
    }

    /// - Throws: ``EngineError`` if an archive cannot be read; `CancellationError`.
    package func list() async throws -> ArchiveListing {
        try await onThread { [self] in
            let archives = try locations.map(open)
            return ArchiveListing(
                archives.indices.flatMap { index in
                    let others = archives.indices.filter { $0 != index }.map { archives[$0] }
                    let archive = archives[index].completed(by: others)
                    return archive.images.map { Self.describe($0, in: archive) }
                }
            )
        }
    }

    private func open(_ location: ArchiveLocation) throws -> DockerArchive {
        let archive = try opener.open(location) { archive, _ in archive }
        for defect in archive.defects { opener.notice(Notice(.archiveDefect, defect)) }
        return archive
    }

    private static func describe(_ image: DockerArchive.Image, in archive: DockerArchive) -> ImageSummary {
        do {
            guard let original = image.original else { return try describeUnpacked(of: image, in: archive) }
            let selection = try PushSelection(of: original, in: archive)
            let tops =
                selection.top.digest == original.digest ? [] : [original].filter { archive.blob($0.digest) != nil }
            var seen: Set<Digest> = []
            return ImageSummary(
                reference: image.reference,
                digest: image.id,
                platforms: selection.manifests.compactMap { platform(of: $0, in: archive) },
                components: (tops.map { component(of: $0) }
                    + selection.manifests.flatMap { components(of: $0, in: archive) })
                    .filter { seen.insert($0.digest).inserted }
            )
        } catch {
            return ImageSummary(reference: image.reference, digest: image.id, problem: "\(error)")
        }
    }

    private static func describeUnpacked(
        of image: DockerArchive.Image,
        in archive: DockerArchive
    ) throws -> ImageSummary {
        let parts = try archive.parts(of: image)
        var seen: Set<Digest> = []
        let layers = parts.layers.filter { seen.insert($0.diffID).inserted }
        return ImageSummary(
            reference: image.reference,
            digest: image.id,
            platforms: [parts.platform],
            isUnpacked: true,
            components: [
                ImageSummary.Component(.configuration, parts.configuration.digest, size: parts.configuration.size)
            ]
                + layers.map { ImageSummary.Component(.layer, $0.diffID, size: $0.size) }
        )
    }

    private static func component(of manifest: Descriptor) -> ImageSummary.Component {
        ImageSummary.Component(manifest.mediaType.isIndex ? .index : .manifest, manifest.digest, size: manifest.size)
    }

    /// Returns the manifest and its blobs that the archive has, or omits because another archive has them.
    private static func components(of manifest: Manifest, in archive: DockerArchive) -> [ImageSummary.Component] {
        let itself = archive.blob(manifest.digest) == nil ? [] : [component(of: manifest.descriptor)]
        guard case .image(let configuration, let layers) = manifest.content else { return itself }
        let blobs =
            ([(configuration, .configuration)] + layers.map { ($0, .layer) })
            as [(Descriptor, ImageSummary.Component.Kind)]
        return itself
            + blobs.filter { archive.blob($0.0.digest) != nil || archive.omitted[$0.0.digest] != nil }
            .map { blob, kind in
                let isOmitted = archive.blob(blob.digest) == nil
                return ImageSummary.Component(kind, blob.digest, size: blob.size, isOmitted: isOmitted)
            }
    }

    /// Returns the platform in the configuration; `nil` for an index, and for a manifest without a platform, such as a chart's.
    private static func platform(of manifest: Manifest, in archive: DockerArchive) -> Platform? {
        guard case .image(let configuration, _) = manifest.content,
            let content = archive.blob(configuration.digest),
            let bytes = try? content.bytes(of: "configuration", limit: ImageConfiguration.sizeLimit),
            let platform = ImageConfiguration(bytes: bytes)?.platform, !platform.os.isEmpty
        else { return nil }
        return platform
    }
}
