import ByteIO
import DockerArchive
import ImageModel
import Registry

/// Fetches the layers of images, each once, and puts them into an archive one after the other.
///
/// Small layers are fetched ahead into memory, a few at a time, so that the way to the registry and back does not count for each
/// of them; large ones go straight into the archive, which takes them no faster than they can be deflated.
struct LayerFetch: Sendable {
    /// A layer as it is stored somewhere, and an image that names it.
    private struct Source: Sendable {
        let blob: Descriptor
        let image: Reference
        /// Where its publisher serves a foreign layer; `nil` for the image's repository.
        var url: String?
    }

    private let supply: BlobSupply
    /// Where each layer can be had from, by diff ID, in the order of the list; at least one.
    private let sources: [Digest: [Source]]

    init(of images: [GraphDriverImage], from supply: BlobSupply) {
        self.supply = supply
        var sources: [Digest: [Source]] = [:]
        for image in images {
            for layer in image.layers {
                let known = sources[layer.diffID] ?? []
                let isKnown = known.contains {
                    $0.blob.digest == layer.descriptor.digest && $0.image.repository == image.reference.repository
                }
                if !isKnown {
                    sources[layer.diffID] = known + [Source(blob: layer.descriptor, image: image.reference)]
                }
            }
        }
        // A foreign layer may be in no registry: its publisher's URLs come last.
        self.sources = sources.mapValues { known in
            known
                + known.filter(\.blob.isForeignLayer)
                .flatMap { source in
                    (source.blob.urls ?? []).map { Source(blob: source.blob, image: source.image, url: $0) }
                }
        }
    }

    /// How large layers are as they are stored in the registry, in bytes.
    func sizes(_ layers: [Digest]) -> [Int64] {
        layers.compactMap { sources[$0]?.first?.blob.size }
    }

    /// Moves all layers of the archive.
    func run(into writer: LayeredArchiveWriter, jobs: Int) async throws {
        let limit = min(Self.largestAhead, Self.memory / Int64(jobs))
        try await orderedWindow(over: writer.layers, width: jobs) { diffID -> [UInt8]? in
            let sources = sources[diffID, default: []]
            guard sources.allSatisfy({ $0.blob.size <= limit && !$0.blob.isForeignLayer }) else { return nil }
            return try await fetch(diffID) { source in
                try await supply.content(of: source.blob, from: source.image.repository, limit: Int(limit))
            }
        } consume: { diffID, content in
            let image = sources[diffID]?.first?.image
            let layer = try writer.beginLayer()
            if let content {
                try await onThread { try LayerFailure.naming(image) { try content.withUnsafeBytes(layer.append) } }
            } else {
                let destination = LayerDestination(layer)
                var isBegun = false
                try await fetch(diffID) { source in
                    // Another source may have been tried for the first part.
                    if isBegun { try destination.restart() }
                    isBegun = true
                    if let url = source.url {
                        try await supply.download(source.blob, fromURL: url, to: destination)
                    } else {
                        try await supply.download(source.blob, from: source.image.repository, to: destination)
                    }
                }
            }
            try await onThread { try LayerFailure.naming(image) { try layer.finish() } }
        }
    }

    /// A layer of more bytes is not fetched ahead.
    private static let largestAhead: Int64 = 4 << 20
    /// How many bytes of layers may be in memory.
    private static let memory: Int64 = 64 << 20

    /// Fetches a layer from the first source that has it.
    private func fetch<Result>(
        _ diffID: Digest,
        _ transfer: (Source) async throws -> Result
    ) async throws -> Result {
        var rest = sources[diffID, default: []][...]
        while let source = rest.popFirst() {
            do {
                return try await transfer(source)
            } catch let error as RegistryError where !rest.isEmpty && (error.code == .notFound || source.url != nil) {
                continue
            } catch let error as RegistryError {
                throw LayerFailure(image: source.image, cause: error)
            } catch let error as LayerError {
                throw LayerFailure(image: source.image, cause: error)
            }
        }
        preconditionFailure("a layer comes from an image")
    }

    /// A layer of an archive as the destination of a blob.
    private final class LayerDestination: BlobDestination {
        private let layer: LayerWriter

        init(_ layer: LayerWriter) { self.layer = layer }

        var canRestart: Bool { true }

        func append(_ bytes: UnsafeRawBufferPointer) throws { try layer.append(bytes) }

        func restart() throws { try layer.restart() }
    }
}

/// A layer could not be fetched, or is damaged.
struct LayerFailure: Error, CustomStringConvertible {
    /// An image that needs the layer.
    let image: Reference?
    let cause: any Error

    var description: String { (image.map { "\($0.familiar): " } ?? "") + "\(cause)" }

    /// Puts an image's name in front of what is wrong with a layer.
    static func naming(_ image: Reference?, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as LayerError {
            throw LayerFailure(image: image, cause: error)
        }
    }
}
