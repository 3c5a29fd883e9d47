import OCI

/// The entries of the `index.json` of an archive of this program.
package struct ArchiveContents: Sendable {
    /// An image by its name, or by its digest if it has none.
    package struct Image: Sendable {
        package let reference: Reference
        package let top: Descriptor

        package init(_ reference: Reference, _ top: Descriptor) {
            self.reference = reference
            self.top = top
        }
    }

    /// In the order of the list that was saved.
    package var images: [Image]
    package var referrers: [ArchivedReferrer]

    package init(images: [Image], referrers: [ArchivedReferrer] = []) {
        self.images = images
        self.referrers = referrers
    }

    /// Reads an `index.json`.
    ///
    /// - Throws: if this program does not write such an index.
    init(index json: [UInt8]) throws {
        struct Index: Decodable {
            var manifests: [Descriptor]
        }
        try self.init(entries: try StrictJSON.decode(Index.self, from: json).manifests)
    }

    init(entries: [Descriptor]) throws {
        images = []
        referrers = []
        let names = try entries.compactMap { try $0.annotations?[OCILayout.nameAnnotation].map { try Reference($0) } }
        for entry in entries {
            if let referrer = try ArchivedReferrer(entry) {
                referrers.append(referrer)
            } else if let name = entry.annotations?[OCILayout.nameAnnotation] {
                images.append(Image(try Reference(name), entry))
            } else if let reference = Self.unnamed(entry, among: names) {
                images.append(Image(reference, entry))
            } else {
                throw ArchiveError.malformed(entry: "index.json", problem: "it has an image without a name")
            }
        }
    }

    /// Returns the reference of an image that was saved without a name: its repository and its digest. The annotations have the
    /// registry without its port, which the names of other images may have.
    private static func unnamed(_ entry: Descriptor, among names: [Reference]) -> Reference? {
        let sources = (entry.annotations ?? [:]).filter { $0.key.hasPrefix(OCILayout.sourceAnnotation) }
        for (key, paths) in sources.sorted(by: { $0.key < $1.key }) {
            let host = String(key.dropFirst(OCILayout.sourceAnnotation.count))
            let domain = names.map(\.domain).first { OCILayout.host(ofDomain: $0) == host }
            // An image that was also saved by a name has the repository of that name too.
            let own = names.filter { OCILayout.host(ofDomain: $0.domain) == host }.map(\.path)
            let all = paths.split(separator: ",").map(String.init)
            guard let path = all.first(where: { !own.contains($0) }) ?? all.first else { continue }
            let isBare = host.contains(":")
            if let reference = try? Reference("\(domain ?? (isBare ? "[\(host)]" : host))/\(path)@\(entry.digest)") {
                return reference
            }
        }
        return nil
    }
}

extension ArchiveSurvey {
    /// Returns the possible contents of the damaged `index.json`, the most likely first, from its readable entries, `manifest.json`,
    /// and the manifests among the blobs. They are not verified.
    package func rebuiltContents() -> [ArchiveContents] {
        let rebuilding = IndexRebuilding(self)
        let first = rebuilding.contents { _ in false }
        let others = rebuilding.ambiguousNames.map { name in rebuilding.contents { $0 == name } }
        return ([first] + others).compactMap(\.self)
    }
}

/// The rebuilding of an `index.json`.
private struct IndexRebuilding {
    private let survey: ArchiveSurvey
    private let manifests: [Digest: Manifest]
    /// The manifests that no index of the archive lists. Each has an entry.
    private let roots: Set<Digest>
    /// The entries of the damaged text, in order; `nil` for a damaged entry.
    private let slots: [Descriptor?]

    init(_ survey: ArchiveSurvey) {
        self.survey = survey
        let manifests = survey.manifests()
        self.manifests = manifests
        let listed = manifests.values.flatMap { manifest -> [Digest] in
            if case .index(let entries) = manifest.content { entries.map(\.digest) } else { [] }
        }
        roots = Set(manifests.keys).subtracting(listed)
        let names = survey.items.map { Set($0.flatMap(\.references)) }
        slots = Self.entries(in: survey.damagedIndex ?? [])
            .map { entry in
                guard let entry, let found = survey.blobs[entry.digest], found.content.size == entry.size else {
                    return nil
                }
                let annotations = entry.annotations ?? [:]
                guard annotations[OCILayout.subjectAnnotation] == nil else { return entry }
                guard let name = annotations[OCILayout.nameAnnotation] else {
                    // An image without a name has nothing but its repositories.
                    return annotations.keys.allSatisfy { $0.hasPrefix(OCILayout.sourceAnnotation) } ? entry : nil
                }
                guard let names else { return entry }
                // A damaged name can still be a name. Charts are not in manifest.json.
                let isChart = manifests[entry.digest].map(Self.isChart) ?? false
                return isChart || (try? Reference(name)).map(names.contains) == true ? entry : nil
            }
    }

    private static func isChart(_ manifest: Manifest) -> Bool {
        if case .image(let configuration, _) = manifest.content {
            configuration.mediaType == .helmConfiguration
        } else {
            false
        }
    }

    /// Returns the entries of a damaged text: each begins with its media type, as Go writes it.
    private static func entries(in text: [UInt8]) -> [Descriptor?] {
        let text = String(decoding: text, as: UTF8.self)
        let start = #"{"mediaType":"#
        let pieces = text.split(separator: start, omittingEmptySubsequences: false)
        // The text before the first entry belongs to the index, unless the beginning of the first entry is damaged.
        let head = pieces[0].split(separator: #""manifests":["#, maxSplits: 1)
        return (head.count > 1 ? [nil] : [])
            + pieces.dropFirst()
            .flatMap { piece -> [Descriptor?] in
                let piece = Array((start + piece).utf8)
                let end = objectEnd(in: piece)
                let entry = try? StrictJSON.decode(Descriptor.self, from: Array(piece[..<(end ?? 0)]))
                // An entry with a damaged beginning is in the same piece as the entry before it.
                let rest = piece[(end ?? piece.count)...].drop { [UInt8(ascii: ","), UInt8(ascii: "]")].contains($0) }
                return rest.count > start.utf8.count ? [entry, nil] : [entry]
            }
    }

    /// Returns the end of the JSON object that begins with the first byte; `nil` if it does not end.
    private static func objectEnd(in json: [UInt8]) -> Int? {
        var depth = 0
        var isInText = false
        var isEscaped = false
        for (index, byte) in json.enumerated() {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInText: isEscaped = true
            case UInt8(ascii: "\""): isInText.toggle()
            case UInt8(ascii: "{") where !isInText: depth += 1
            case UInt8(ascii: "}") where !isInText:
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
        }
        return nil
    }

    /// The names of `manifest.json` that no sound entry has, with their images.
    private var missing: [(name: Reference, principal: Manifest)] {
        let known = Set(slots.compactMap { $0?.annotations?[OCILayout.nameAnnotation] })
        return (survey.items ?? [])
            .flatMap { item in
                let principal = manifests.values.first { manifest in
                    guard case .image(let configuration, _) = manifest.content else { return false }
                    return configuration.digest == item.configurationDigest
                }
                return item.references.filter { !known.contains($0.description) }
                    .compactMap { name in principal.map { (name, $0) } }
            }
    }

    /// The names that may refer to an index, or to the image that it lists.
    var ambiguousNames: [Reference] {
        missing.filter { !roots.contains($0.principal.digest) && roots.count > 0 }.map(\.name)
    }

    /// Returns the entries, with the missing names instead of damaged entries.
    ///
    /// - Parameter isDirect: whether a name refers to the image itself, though an index lists it.
    func contents(where isDirect: (Reference) -> Bool) -> ArchiveContents? {
        var names = missing[...]
        func next() -> Descriptor? {
            guard let (name, principal) = names.popFirst() else { return nil }
            let index = manifests.values.filter { manifest in
                guard roots.contains(manifest.digest), case .index(let entries) = manifest.content else { return false }
                return entries.contains { $0.digest == principal.digest }
            }
            let top = isDirect(name) || roots.contains(principal.digest) ? principal : index.first ?? principal
            var entry = top.descriptor
            entry.annotations = [OCILayout.nameAnnotation: name.description]
            return entry
        }
        var entries: [Descriptor] = []
        for slot in slots {
            if let entry = slot ?? next() { entries.append(entry) }
        }
        while let entry = next() { entries.append(entry) }
        guard var contents = try? ArchiveContents(entries: entries) else { return nil }
        addReferrers(to: &contents)
        return contents
    }

    /// Adds the referrers without an entry. They are in the repository of their subject.
    private func addReferrers(to contents: inout ArchiveContents) {
        var known = Set(contents.images.map(\.top.digest) + contents.referrers.map(\.manifest.digest))
        for digest in roots.sorted(by: { $0.description < $1.description }) where !known.contains(digest) {
            guard let manifest = manifests[digest], let subject = SubjectDescriptor(of: manifest)?.subject,
                let owner = contents.images.first(where: { has($0.top.digest, subject) })
            else { continue }
            known.insert(digest)
            contents.referrers.append(
                ArchivedReferrer(
                    manifest: manifest.descriptor,
                    subject: subject,
                    repository: owner.reference.repository,
                    tag: nil
                )
            )
        }
    }

    private func has(_ top: Digest, _ digest: Digest) -> Bool {
        if top == digest { return true }
        guard case .index(let entries)? = manifests[top]?.content else { return false }
        return entries.contains { has($0.digest, digest) }
    }
}
