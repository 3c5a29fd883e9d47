extension Descriptor {
    /// The JSON of distribution's struct (`distribution.Descriptor`, `manifestlist.ManifestDescriptor`): the size precedes the digest.
    package var distributionJSON: GoJSON {
        var fields = GoFields()
        fields.addUnlessEmpty("mediaType", .string(mediaType.rawValue))
        fields.addUnlessEmpty("size", .integer(size))
        fields.addUnlessEmpty("digest", .string(digest.description))
        addRest(to: &fields)
        return .object(fields.fields)
    }

    /// The JSON of OCI's struct (`v1.Descriptor` of image-spec): the digest precedes the size.
    package var ociJSON: GoJSON {
        var fields = GoFields()
        fields.add("mediaType", .string(mediaType.rawValue))
        fields.add("digest", .string(digest.description))
        fields.add("size", .integer(size))
        addRest(to: &fields)
        fields.addUnlessEmpty("artifactType", artifactType.map { .string($0) })
        return .object(fields.fields)
    }

    private func addRest(to fields: inout GoFields) {
        fields.addUnlessEmpty("urls", .strings(urls))
        if let annotations, !annotations.isEmpty {
            fields.add("annotations", .map(annotations.mapValues { .string($0) }))
        }
        if let platform { fields.add("platform", platform.json) }
    }
}

extension Platform {
    /// The JSON of the structs of both.
    fileprivate var json: GoJSON {
        var fields = GoFields()
        fields.add("architecture", .string(architecture))
        fields.add("os", .string(os))
        fields.addUnlessEmpty("os.version", osVersion.map { .string($0) })
        fields.addUnlessEmpty("os.features", .strings(osFeatures))
        fields.addUnlessEmpty("variant", variant.map { .string($0) })
        return .object(fields.fields)
    }
}
