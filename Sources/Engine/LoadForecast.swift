import OCI

/// Finds out what a load would come to, without sending a blob or changing a file.
package protocol LoadChecker: Sendable {
    /// Reads the archive through, and proves every digest in it.
    ///
    /// - Throws: what ends the run, as where the archive cannot be read.
    func proveArchive() async throws -> [ProvenImage]

    /// Whether the archive has an image of that name.
    func has(_ name: ImageName) -> Bool

    /// Looks for everything that the steps of a load need, in the archive, which has been proven, and in the registry.
    ///
    /// - Returns: a forecast for each step, in their order.
    func check(_ steps: [LoadStep]) async throws -> [StepForecast]
}

/// An image of an archive that was read through.
package struct ProvenImage: Sendable {
    /// `nil` where it was saved without a name.
    package let reference: Reference?
    /// The digest of its manifest, else of its configuration.
    package let id: Digest
    /// What is wrong with it; `nil` where it could be loaded.
    package let problem: String?

    package init(reference: Reference?, id: Digest, problem: String?) {
        self.reference = reference
        self.id = id
        self.problem = problem
    }
}

/// What a step of a load would come to.
package struct StepForecast: Sendable {
    /// What the registry has under the name.
    package enum Target: Sendable, Equatable {
        /// Nothing was found out, since the step cannot be done.
        case unknown
        /// Nothing.
        case absent
        /// What the step would put there.
        case same
        /// Something else, which the step would replace.
        case other(Digest)
    }

    package let step: LoadStep
    package let target: Target
    /// What the registry lacks and would be sent for this step, in bytes; what an earlier step sends is not counted again.
    package let bytes: Int64
    /// Why the step would fail; `nil` where it would not.
    package let cause: String?

    package init(_ step: LoadStep, _ target: Target = .unknown, bytes: Int64 = 0, cause: String? = nil) {
        self.step = step
        self.target = target
        self.bytes = bytes
        self.cause = cause
    }
}
