import OCI

/// Where the images of an archive go: one implementation runs docker, another talks to registries.
package protocol LoadEngine: ChartEngine {
    /// Reads the archive.
    ///
    /// - Throws: what ends the run.
    func load() async throws -> LoadedArchive

    /// Does the steps.
    ///
    /// - Parameter observer: told in the order of `steps`, of each as soon as it and those before it are known.
    /// - Throws: only what ends the run, such as cancellation; a step that fails is an outcome.
    func perform(_ steps: [LoadStep], observer: any LoadObserver) async throws
}

/// What an archive has.
package struct LoadedArchive: Sendable {
    /// An image of the archive.
    package struct Image: Sendable {
        /// `nil` where it was saved without a name.
        package let reference: Reference?
        /// The digest of its manifest, else of its configuration.
        package let id: Digest

        package init(reference: Reference?, id: Digest) {
            self.reference = reference
            self.id = id
        }
    }

    /// In the order of the archive; empty where docker has told of them itself.
    package let images: [Image]
    /// Why the archive could not be loaded, where the run goes on all the same: docker may have the images already.
    package let cause: String?
    /// Whether the archive could not be loaded because there is none.
    package let isMissing: Bool

    package init(images: [Image] = [], cause: String? = nil, isMissing: Bool = false) {
        self.images = images
        self.cause = cause
        self.isMissing = isMissing
    }

    /// Whether the archive has what a name leads to.
    package func has(_ name: ImageName) -> Bool {
        guard let reference = try? name.reference else { return false }
        if let digest = reference.digest { return images.contains { $0.id == digest } }
        return images.contains { $0.reference == reference }
    }
}

/// One thing that a load script does with the target registry.
package struct LoadStep: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        /// `docker tag SOURCE TARGET` and `docker push TARGET`.
        case push(source: ImageName)
        /// `docker manifest create TARGET MEMBER… --amend` and `docker manifest push TARGET --purge`, where a member is
        /// `TARGET-ARCHITECTURE`.
        case manifestList(architectures: [String], members: [ImageName])
    }

    /// The line of the list that the step is for.
    package let image: ImageListEntry
    /// The name that the step makes in the registry.
    package let target: ImageName
    package let action: Action

    /// A step that pushes an image.
    package init(push source: ImageName, as target: ImageName, for image: ImageListEntry) {
        self.image = image
        self.target = target
        action = .push(source: source)
    }

    /// A step that makes a manifest list of one image for each architecture.
    package init(manifestList target: ImageName, of architectures: [String], for image: ImageListEntry) {
        self.image = image
        self.target = target
        action = .manifestList(
            architectures: architectures,
            members: architectures.map { ImageName("\(target.text)-\($0)") }
        )
    }
}

/// Gets what becomes of the steps of a load.
package protocol LoadObserver: Sendable {
    /// A step begins, as far as its output is concerned.
    func willPerform(_ step: LoadStep)
    /// A step has ended.
    func didPerform(_ outcome: LoadOutcome)
}

/// What became of a step of a load.
package struct LoadOutcome: Sendable {
    /// What a push brought into the registry.
    package struct Push: Sendable, Hashable {
        /// The name that was pushed, normalised.
        package let target: Reference
        /// The manifest or index in the archive.
        package let source: Descriptor
        /// What became of the blobs, in the order of the manifests; empty where one of them failed.
        package var blobs: [BlobOutcome] = []
        /// The manifest or index that the target now leads to; `nil` where the push failed.
        package var manifest: Descriptor?
        /// The platforms of what was pushed, as its index tells them; empty where it is an image.
        package var platforms: [Platform] = []
        /// How many signatures, attestations and other referrers were pushed with it.
        package var referrers = 0

        package init(target: Reference, source: Descriptor) {
            self.target = target
            self.source = source
        }
    }

    /// What the step made.
    package enum Product: Sendable {
        /// Docker has told of it itself, or the step failed before it began.
        case untold
        case push(Push)
        /// A manifest list of this digest.
        case manifestList(Reference, Digest)
    }

    package let step: LoadStep
    package let product: Product
    package let notices: [Notice]
    /// Why the step failed; `nil` where it did not.
    package let cause: String?
    /// What it took; `nil` where that is not known.
    package var statistics: TransferStatistics?
    /// Whether the registry, asked once more, had what was pushed; `nil` where it was not asked.
    package var isConfirmed: Bool?

    package init(_ step: LoadStep, _ product: Product = .untold, notices: [Notice] = [], cause: String? = nil) {
        self.step = step
        self.product = product
        self.notices = notices
        self.cause = cause
    }
}
