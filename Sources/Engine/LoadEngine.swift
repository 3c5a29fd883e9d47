import OCI

/// Loads an archive and pushes its images: one implementation runs docker, another talks to registries.
package protocol LoadEngine: ChartEngine {
    /// Reads the archive.
    ///
    /// - Throws: an error that ends the run.
    func load() async throws -> LoadedArchive

    /// Performs the steps.
    ///
    /// - Parameter onEvent: called in the order of `steps`, for each step as soon as the outcomes of the step and of the steps before it
    ///   are known.
    /// - Throws: only errors that end the run, such as cancellation; a step that fails is an outcome.
    func perform(_ steps: [LoadStep], onEvent: @escaping @Sendable (LoadEvent) -> Void) async throws
}

/// An event of a load.
package enum LoadEvent: Sendable {
    /// The output of a step starts.
    case started(LoadStep)
    /// A step has ended.
    case finished(LoadOutcome)
}

/// The images of a loaded archive.
package struct LoadedArchive: Sendable {
    /// The images in the order of the archive; empty if docker has printed them itself.
    package let images: [ImageSummary]
    /// The reason that the archive could not be loaded, if the run continues nevertheless: docker may have the images already.
    package let cause: String?
    /// Whether the archive could not be loaded because it does not exist.
    package let isMissing: Bool

    package init(images: [ImageSummary] = [], cause: String? = nil, isMissing: Bool = false) {
        self.images = images
        self.cause = cause
        self.isMissing = isMissing
    }

    /// Whether the archive has the image that `name` resolves to.
    package func has(_ name: ImageName) -> Bool {
        guard let reference = try? name.reference else { return false }
        if let digest = reference.digest { return images.contains { $0.digest == digest } }
        return images.contains { $0.reference == reference }
    }
}

/// One operation of a load script on the target registry.
package struct LoadStep: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        /// `docker tag SOURCE TARGET` and `docker push TARGET`.
        case push(source: ImageName)
        /// `docker manifest create TARGET MEMBER… --amend` and `docker manifest push TARGET --purge`; a member is
        /// `TARGET-ARCHITECTURE`.
        case manifestList(architectures: [String], members: [ImageName])
    }

    /// The entry of the image list that the step is for.
    package let image: ImageListEntry
    /// The name that the step creates in the registry.
    package let target: ImageName
    package let action: Action

    /// A step that pushes an image.
    package init(push source: ImageName, as target: ImageName, for image: ImageListEntry) {
        self.image = image
        self.target = target
        action = .push(source: source)
    }

    /// A step that creates a manifest list of one image for each architecture.
    package init(manifestList target: ImageName, of architectures: [String], for image: ImageListEntry) {
        self.image = image
        self.target = target
        action = .manifestList(
            architectures: architectures,
            members: architectures.map { ImageName("\(target.text)-\($0)") }
        )
    }
}

/// The outcome of a load step.
package struct LoadOutcome: Sendable {
    /// The result of a push.
    package struct Push: Sendable, Hashable {
        /// The normalized name that was pushed.
        package let target: Reference
        /// The manifest or index in the archive.
        package let source: Descriptor
        /// The outcomes of the blobs, in the order of the manifests; empty if one of them failed.
        package var blobs: [BlobOutcome] = []
        /// The manifest or index that the target now resolves to; `nil` if the push failed.
        package var manifest: Descriptor?
        /// The platforms in the pushed index; empty for an image.
        package var platforms: [Platform] = []
        /// The number of signatures, attestations and other referrers that were pushed with the image.
        package var referrers = 0

        package init(target: Reference, source: Descriptor) {
            self.target = target
            self.source = source
        }
    }

    /// The object that the step created.
    package enum Product: Sendable {
        /// Unknown: docker has printed it itself, or the step failed early.
        case unknown
        case push(Push)
        /// A manifest list with this digest.
        case manifestList(Reference, Digest)
    }

    package let step: LoadStep
    package let product: Product
    package let notices: [Notice]
    /// The reason that the step failed; `nil` if it succeeded.
    package let cause: String?
    /// `nil` if unknown.
    package var statistics: TransferStatistics?
    /// Whether the registry confirmed the pushed manifest in a second request; `nil` if it was not asked.
    package var isConfirmed: Bool?

    package init(_ step: LoadStep, _ product: Product = .unknown, notices: [Notice] = [], cause: String? = nil) {
        self.step = step
        self.product = product
        self.notices = notices
        self.cause = cause
    }
}
