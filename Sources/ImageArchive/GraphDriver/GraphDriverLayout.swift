import OCI

/// The format of an archive that has its layers unpacked, by the `docker save` that writes it from a graph driver.
package enum GraphDriverFormat: Sendable {
    /// That of Docker 28, and of 29 but for its version 1 images: ``DockerLayout``.
    case docker
    /// That of Docker 20.10.24: ``LegacyLayout``.
    case legacy

    /// The layout of images in the order of the list.
    package func layout(of images: [GraphDriverImage]) -> any GraphDriverLayout {
        switch self {
        case .docker: DockerLayout(of: images)
        case .legacy: LegacyLayout(of: images)
        }
    }
}

/// The entries of an archive that has its layers unpacked, whose sizes are known only once they have been.
package protocol GraphDriverLayout: Sendable {
    /// Whether nothing but the headers of layers depends on their sizes.
    var isSettled: Bool { get }

    /// Images without a name that a docker with the containerd store will not find in the archive.
    var unlistedImages: [Reference] { get }

    /// The entries in the order of the archive, those left out that depend on sizes which are not given.
    ///
    /// - Parameter sizes: of layers, by diff ID; the header of another layer states 0.
    func entries(_ sizes: [Digest: Int64]) -> [GraphDriverEntry]

    /// How many bytes of entries are likely to come between two layers in a row once all sizes are known, beyond those that are
    /// there without.
    ///
    /// - Parameter lower: `nil` for the beginning of the archive.
    func spareRoom(between lower: Digest?, and upper: Digest) -> Int
}

extension GraphDriverLayout {
    /// How many layers there are.
    var layerCount: Int {
        entries([:]).count { if case .layer = $0.content { true } else { false } }
    }

    /// None.
    package var unlistedImages: [Reference] { [] }
}
