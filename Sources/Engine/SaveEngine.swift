import OCI

/// Pulls images and writes them into an archive: one implementation runs docker, another talks to registries.
///
/// An engine is made for one archive. Its initializer throws if the archive cannot be written.
package protocol SaveEngine: ChartEngine {
    /// Pulls images. A duplicate entry gets the outcome of the first one.
    ///
    /// - Parameter onEvent: called in the order of `images`, for each image as soon as the outcomes of the image and of those before it
    ///   are known. One call is made at a time. If the archive is open for a dry run, nothing is transferred, and the last event is
    ///   the forecast.
    /// - Throws: only errors that end the run, such as cancellation, or ``ChartFailure`` from an engine that also saves charts as files;
    ///   an image that fails is an outcome.
    func pull(_ images: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws

    /// Writes images that were pulled into the archive, which appears under its name when it is complete.
    func save(_ images: [PullRequest]) async throws

    /// Discards the archive. An older archive of the same name is unchanged.
    ///
    /// - Returns: the number of bytes that the next run for the same archive can resume with.
    @discardableResult
    func discard() -> Int64
}

/// An event of a save.
package enum SaveEvent: Sendable {
    /// The output of a pull starts.
    case started(PullRequest)
    /// A pull has ended.
    case finished(PullOutcome)
    /// A dry run has ended.
    case planned(SaveForecast)
}

/// An image to pull: an entry of the image list, and the image's name at its source.
package struct PullRequest: Sendable, Hashable {
    package let image: ImageListEntry
    package let source: ImageName

    package init(image: ImageListEntry, source: ImageName) {
        self.image = image
        self.source = source
    }
}

/// The outcome of a pull.
package struct PullOutcome: Sendable, Hashable {
    package enum Result: Sendable, Hashable {
        case pulled
        /// The registry refused the image for this reason, but docker's local store has the image, which is saved.
        case foundLocally(cause: String)
        /// Neither a registry nor the local store has the image, for this reason.
        case failed(cause: String)
    }

    package let request: PullRequest
    package let result: Result
    /// The manifest or index that the name resolves to; `nil` if the pull failed, or docker pulled the image.
    package var manifest: Descriptor?
    /// The platforms of the images that are saved under the name; empty if ``manifest`` is `nil`.
    package var platforms: [Platform] = []
    /// The blobs of those images without duplicates; empty if ``manifest`` is `nil`.
    package var blobs: [BlobOutcome] = []
    /// `nil` if unknown.
    package var statistics: TransferStatistics?
    /// The number of signatures, attestations and other referrers that are saved with the image.
    package var referrers = 0
    /// The blobs of the referrers without duplicates.
    package var referrerBlobs: [BlobOutcome] = []
    package var notices: [Notice] = []

    package init(_ request: PullRequest, _ result: Result) {
        self.request = request
        self.result = result
    }

    /// Whether the image cannot be saved.
    package var isFailure: Bool {
        if case .failed = result { true } else { false }
    }

    /// Whether a referrer of the image is omitted.
    package var lacksReferrers: Bool { notices.contains { $0.kind == .referrerLeftOut } }
}
