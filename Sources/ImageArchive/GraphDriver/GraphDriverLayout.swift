import OCI

/// The format of an archive with unpacked layers, by the `docker save` that writes it from a graph driver.
package enum GraphDriverFormat: Sendable {
    /// The format of Docker 28, and of 29 except for its version 1 images: ``DockerLayout``.
    case docker
    /// The format of Docker 20.10.24: ``LegacyLayout``.
    case legacy

    /// Returns the layout of images in the order of the list.
    package func layout(of images: [GraphDriverImage]) -> any GraphDriverLayout {
        switch self {
        case .docker: DockerLayout(of: images)
        case .legacy: LegacyLayout(of: images)
        }
    }
}

/// The entries of an archive with unpacked layers, whose sizes are only known after unpacking.
package protocol GraphDriverLayout: Sendable {
    /// Whether only the headers of layers depend on their sizes.
    var isSettled: Bool { get }

    /// Images without a name that a docker with the containerd store will not find in the archive.
    var unlistedImages: [Reference] { get }

    /// Returns the entries in the order of the archive, without those that depend on unknown sizes.
    ///
    /// - Parameter sizes: the sizes of layers by diff ID; the header of another layer has 0.
    func entries(_ sizes: [Digest: Int64]) -> [GraphDriverEntry]

    /// Returns the likely size in bytes of the additional entries between two adjacent layers when all sizes are known.
    ///
    /// - Parameter lower: `nil` for the beginning of the archive.
    func spareSpace(between lower: Digest?, and upper: Digest) -> Int
}

extension GraphDriverLayout {
    /// The number of layers.
    var layerCount: Int {
        entries([:]).count { if case .layer = $0.content { true } else { false } }
    }

    /// None.
    package var unlistedImages: [Reference] { [] }
}
