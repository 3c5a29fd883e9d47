import OCI

/// Where images come from and how they get into an archive: one implementation runs docker, another asks registries.
///
/// An engine is made for one archive; making it throws where that archive cannot be written.
package protocol SaveEngine: ChartEngine {
    /// Pulls images, duplicates as often as they are named.
    ///
    /// - Parameter observer: told in the order of `images`, of each as soon as it and those before it are known.
    /// - Throws: only what ends the run, such as cancellation, or ``ChartFailure`` from an engine that saves charts as files too; an
    ///   image that fails is an outcome.
    func pull(_ images: [PullRequest], observer: any PullObserver) async throws

    /// Writes images that were pulled into the archive, which appears under its name only when it is whole.
    func save(_ images: [PullRequest]) async throws

    /// Gives the archive up: what was under its name stays.
    ///
    /// - Returns: how many bytes were kept that the next run for the same archive can go on with.
    @discardableResult
    func discard() -> Int64
}

/// An image to be pulled: a line of the list, and the name it has at its source.
package struct PullRequest: Sendable, Hashable {
    package let image: ImageListEntry
    package let source: ImageName

    package init(image: ImageListEntry, source: ImageName) {
        self.image = image
        self.source = source
    }
}

/// Gets what becomes of the images that are pulled.
package protocol PullObserver: Sendable {
    /// The pull of an image begins, as far as its output is concerned.
    func willPull(_ request: PullRequest)
    /// The pull of an image has ended.
    func didPull(_ outcome: PullOutcome)
}

/// What became of an image that was to be pulled.
package struct PullOutcome: Sendable, Hashable {
    package enum Result: Sendable, Hashable {
        /// It was pulled.
        case pulled
        /// A registry refused it for this reason, but docker's local store has it, and it is saved from there.
        case foundLocally(cause: String)
        /// It is neither in a registry nor in the local store, for this reason.
        case failed(cause: String)
    }

    package let request: PullRequest
    package let result: Result
    /// The manifest or index that the name leads to; `nil` where the pull failed, or docker pulled the image.
    package var manifest: Descriptor?
    /// The platforms of the images that are saved under the name; empty where ``manifest`` is `nil`.
    package var platforms: [Platform] = []
    /// The blobs of those images, each once; empty where ``manifest`` is `nil`.
    package var blobs: [BlobOutcome] = []
    /// What it took; `nil` where that is not known.
    package var statistics: TransferStatistics?
    /// How many signatures, attestations and other referrers are saved with it.
    package var referrers = 0
    /// Their blobs, each once.
    package var referrerBlobs: [BlobOutcome] = []
    package var notices: [Notice] = []

    package init(_ request: PullRequest, _ result: Result) {
        self.request = request
        self.result = result
    }
}
