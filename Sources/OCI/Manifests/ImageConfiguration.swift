/// The platform and the layers in an image's config (OCI image-spec config.md).
public struct ImageConfiguration: Decodable, Sendable {
    /// The platform of the image, with `os.version` and `os.features` of Windows.
    package let platform: Platform
    /// The digests of the layers' uncompressed tars, lowest first; `nil` without `rootfs`, as in a Helm chart.
    package let diffIDs: [Digest]?

    private struct RootFS: Decodable {
        var diffIDs: [Digest]?

        enum CodingKeys: String, CodingKey { case diffIDs = "diff_ids" }
    }

    private enum CodingKeys: String, CodingKey { case rootfs }

    /// Decodes the fields that are used and ignores others.
    public init(from decoder: any Decoder) throws {
        platform = try Platform(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        diffIDs = try container.decodeIfPresent(RootFS.self, forKey: .rootfs).map { $0.diffIDs ?? [] }
    }

    /// In bytes: more than any config in use has.
    package static let sizeLimit = 20 << 20

    /// Decodes JSON of at most ``sizeLimit`` bytes.
    ///
    /// - Returns: `nil` for larger JSON, other JSON, or duplicate fields.
    public init?(bytes: [UInt8]) {
        guard bytes.count <= Self.sizeLimit,
            let configuration = try? StrictJSON.decode(ImageConfiguration.self, from: bytes)
        else { return nil }
        self = configuration
    }
}
