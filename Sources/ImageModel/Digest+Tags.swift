extension Digest {
    /// The tag of the list of what refers to a manifest, in registries without the referrers API (distribution-spec 1.1, "Referrers
    /// Tag Schema").
    package var referrersTag: String { "\(algorithm)-\(hex.prefix(64))" }

    /// The tags by which cosign finds the signatures, attestations and bills of materials of a manifest.
    package var cosignTags: [String] { ["sig", "att", "sbom"].map { "\(algorithm)-\(hex).\($0)" } }
}
