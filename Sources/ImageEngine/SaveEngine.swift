/// Where images come from and how they get into an archive: one implementation runs docker, another asks registries.
///
/// An engine is made for one archive, and throws when it is made if that archive cannot be written.
public protocol SaveEngine: ChartEngine {
    /// Makes images available, duplicates as often as they are named.
    ///
    /// - Parameters:
    ///   - references: as the script would name them to docker.
    ///   - observer: told in the order of `references`, of each image as soon as those before it are told.
    /// - Throws: only what ends the run, such as cancellation; an image that fails is told.
    func pull(_ references: [String], observer: any PullObserver) async throws

    /// Writes images that were pulled into the archive, which appears under its name only when it is whole.
    func save(_ references: [String]) async throws

    /// Gives the archive up: what was under its name stays.
    func discard()
}

/// Who is told of the images that are pulled.
public protocol PullObserver: Sendable {
    /// An image is about to be pulled.
    func willPull(_ reference: String)
    /// An image was pulled, or was not.
    func didPull(_ reference: String, _ outcome: PullOutcome)
}

/// What became of an image that was to be pulled.
public enum PullOutcome: Sendable, Equatable {
    /// It was pulled.
    case pulled
    /// It could not be pulled for this reason, but is in the local store of docker, and is taken from there.
    case foundLocally(cause: String)
    /// It is neither to be had nor here, for this reason.
    case failed(cause: String)
}
