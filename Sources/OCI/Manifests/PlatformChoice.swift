/// A selection of the images of an index.
package enum PlatformChoice: Sendable, Equatable {
    /// Every image, attestations among them.
    case all
    /// The best image for each platform of a list, which is never empty.
    case platforms([Platform])

    /// Whether the selection can include images for Windows.
    package var includesWindows: Bool {
        switch self {
        case .all: true
        case .platforms(let platforms): platforms.contains { $0.normalized.os == "windows" }
        }
    }

    /// Returns the selected entries, each once, in the order of the index; an empty array if none matches.
    package func select(from entries: [Descriptor]) -> [Descriptor] {
        guard case .platforms(let platforms) = self else { return entries }
        let chosen = Set(platforms.compactMap { $0.bestMatch(among: entries) })
        return entries.indices.filter(chosen.contains).map { entries[$0] }
    }
}

extension Platform {
    /// Returns the index of the best entry for this platform; entries without a platform come last.
    ///
    /// The order is that of docker 23 and later with one exception: docker prefers an image for the amd64 level of its machine. An
    /// archive is for other machines, so the plain image comes first here. Images for another release of Windows are skipped.
    func bestMatch(among entries: [Descriptor]) -> Int? {
        let wanted = acceptable
        var best: (index: Int, rank: Int)?
        for (index, entry) in entries.enumerated() {
            let rank: Int
            if let platform = entry.platform?.normalized {
                let bare = Platform(os: platform.os, architecture: platform.architecture, variant: platform.variant)
                guard let position = wanted.firstIndex(of: bare), isSameRelease(as: platform) else { continue }
                rank = position
            } else {
                rank = wanted.count
            }
            if best.map({ rank < $0.rank }) ?? true { best = (index, rank) }
        }
        return best?.index
    }

    /// Whether two versions of Windows have the same build, the third number. A missing version matches any other.
    private func isSameRelease(as other: Platform) -> Bool {
        guard let own = osVersion, let theirs = other.osVersion else { return true }
        return own.split(separator: ".").prefix(3) == theirs.split(separator: ".").prefix(3)
    }

    /// The platforms whose images run on this one, the best first (`platforms.Only` of containerd).
    private var acceptable: [Platform] {
        let own = normalized
        let variants = { (architecture: String, names: [String?]) in
            names.map { Platform(os: own.os, architecture: architecture, variant: $0) }
        }
        switch (own.architecture, own.variant) {
        case ("amd64", nil):
            return variants("amd64", [nil, "v2", "v3", "v4"]) + variants("386", [nil])
        case ("amd64", let level?):
            let lower = ["v4", "v3", "v2"].drop { $0 != level }
            return variants("amd64", lower.isEmpty ? [level] : Array(lower)) + variants("amd64", [nil])
                + variants("386", [nil])
        case ("arm64", let level):
            return variants("arm64", level == nil ? [nil] : [level, nil]) + variants("arm", ["v8", "v7", "v6", "v5"])
        case ("arm", let level?):
            let lower = ["v8", "v7", "v6", "v5"].drop { $0 != level }
            return variants("arm", lower.isEmpty ? [level] : Array(lower))
        case (let other, let level):
            return variants(other, [level])
        }
    }
}
