import OCI

/// The outcome of one blob of an image.
package struct BlobOutcome: Sendable, Hashable {
    package enum Result: Sendable, Hashable {
        /// The target repository had it.
        case existing
        /// The registry mounted it from another of its repositories.
        case mounted(from: Repository)
        /// It was uploaded to the registry.
        case uploaded
        /// It was downloaded from a registry or from the URL of a foreign layer.
        case fetched
        /// It was copied from docker's local store.
        case copied
        /// It was in the partial archive of an earlier run.
        case continued
        /// It was copied from another archive.
        case reused
        /// It was omitted from a delta archive because another archive has it.
        case omitted
    }

    package let blob: Descriptor
    /// Whether the blob is a layer, and not a configuration.
    package let isLayer: Bool
    package let result: Result

    package init(_ blob: Descriptor, isLayer: Bool, _ result: Result) {
        self.blob = blob
        self.isLayer = isLayer
        self.result = result
    }

    /// The number of downloaded or uploaded bytes.
    package var transferredBytes: Int64 {
        switch result {
        case .existing, .mounted, .copied, .continued, .reused, .omitted: 0
        case .uploaded, .fetched: blob.size
        }
    }
}

/// Statistics of the transfer of an image.
package struct TransferStatistics: Sendable, Hashable {
    /// The time from the first request for the image to its outcome; other images were transferred in the same time.
    package let duration: Duration
    /// One plus the number of retried requests and transfers; `nil` if docker made them.
    package let tries: Int?

    package init(duration: Duration, tries: Int?) {
        self.duration = duration
        self.tries = tries
    }
}
