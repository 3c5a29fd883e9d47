/// What an image's configuration says of its platform and its layers (OCI image-spec config.md).
public struct ImageConfiguration: Decodable, Sendable {
    /// The platform the image is for, with `os.version` and `os.features` of Windows.
    package let platform: Platform
    /// The digests of the layers' uncompressed tars, lowest first; `nil` where there is no `rootfs`, as in a Helm chart.
    package let diffIDs: [Digest]?

    private struct RootFS: Decodable {
        var diffIDs: [Digest]?

        enum CodingKeys: String, CodingKey { case diffIDs = "diff_ids" }
    }

    private enum CodingKeys: String, CodingKey { case rootfs }

    /// Decodes the fields that are used; others are passed over.
    public init(from decoder: any Decoder) throws {
        platform = try Platform(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        diffIDs = try container.decodeIfPresent(RootFS.self, forKey: .rootfs).map { $0.diffIDs ?? [] }
    }

    /// In bytes: more than any configuration in use has.
    package static let sizeLimit = 20 << 20

    /// Reads a configuration from JSON of at most ``sizeLimit`` bytes.
    ///
    /// - Returns: `nil` where the bytes are too many, not a configuration, or one that readers understand differently.
    public init?(bytes: [UInt8]) {
        guard bytes.count <= Self.sizeLimit,
            let configuration = try? StrictJSON.decode(ImageConfiguration.self, from: bytes)
        else { return nil }
        self = configuration
    }
}
