import OCI

/// What became of a blob that an image needs.
package struct BlobOutcome: Sendable, Hashable {
    package enum Result: Sendable, Hashable {
        /// The target repository had it.
        case existing
        /// The registry mounted it from another of its repositories.
        case mounted(from: Repository)
        /// It was sent to the registry.
        case uploaded
        /// It was fetched from a registry, or from the URL of a foreign layer.
        case fetched
        /// It was copied from the local store of docker.
        case copied
        /// It was in the archive that an earlier run has left unfinished.
        case continued
        /// It was copied from another archive.
        case reused
        /// It was left out of a delta archive, since another archive has it.
        case omitted
    }

    package let blob: Descriptor
    /// Whether the blob is a layer; else it is an image's configuration.
    package let isLayer: Bool
    package let result: Result

    package init(_ blob: Descriptor, isLayer: Bool, _ result: Result) {
        self.blob = blob
        self.isLayer = isLayer
        self.result = result
    }

    /// How many bytes of the blob went over the wire.
    package var transferredBytes: Int64 {
        switch result {
        case .existing, .mounted, .copied, .continued, .reused, .omitted: 0
        case .uploaded, .fetched: blob.size
        }
    }
}

/// What it took to move an image.
package struct TransferStatistics: Sendable, Hashable {
    /// From the first request for the image to the moment at which its outcome was known; others were moved meanwhile.
    package let duration: Duration
    /// One, and one more for each request or transfer of the image that was made again; `nil` where docker made them.
    package let tries: Int?

    package init(duration: Duration, tries: Int?) {
        self.duration = duration
        self.tries = tries
    }
}
