import CommandLine
import Engine
import Synchronization

/// Prints notices of the engines. Notices about single images are aggregated: one sentence for each kind at the end of the run.
///
/// `kept`'s lock protects the notices that are printed at the end.
final class NoticeAggregator: Sendable {
    private let isVerbose: Bool
    private let console: Console
    private let kept = Mutex<[Notice.Kind: [Notice]]>([:])

    /// - Parameter isVerbose: whether each notice is printed at once.
    init(isVerbose: Bool, console: Console) {
        self.isVerbose = isVerbose
        self.console = console
    }

    /// Prints a notice, or keeps it for the end.
    func take(_ notice: Notice) {
        if [.referrerLeftOut, .archiveDefect].contains(notice.kind) {
            // These are failures.
            console.notice(notice.description)
        } else if isVerbose || notice.kind.sentence(of: 2) == nil {
            console.remark(notice.description)
        } else {
            kept.withLock { $0[notice.kind, default: []].append(notice) }
        }
    }

    /// Prints the kept notices: a single one of a kind unchanged, several in one sentence.
    func close() {
        let kept = kept.withLock { kept in
            defer { kept = [:] }
            return kept
        }
        for kind in Notice.Kind.allCases {
            let notices = kept[kind] ?? []
            guard let first = notices.first else { continue }
            guard notices.count > 1, let sentence = kind.sentence(of: notices.count) else {
                console.remark(first.description)
                continue
            }
            console.remark("\(sentence); --verbose names them")
        }
    }
}

extension Notice.Kind {
    /// A sentence for several notices of the kind; `nil` for kinds that are always printed at once.
    ///
    /// - Parameter count: the number of notices, 2 or more.
    fileprivate func sentence(of count: Int) -> String? {
        switch self {
        case .continuing, .notReusable, .archiveDefect, .delta, .temporarySpace, .projects, .insecureRegistry,
            .referrerLeftOut:
            nil
        case .shadowedName:
            "\(count) names are not in manifest.json, as in docker's own archives: a docker without the containerd store loads"
                + " those images under other names only; --engine registry loads them under all"
        case .unlistedImage:
            "\(count) images without a tag are not in index.json, as in docker's own archives: a docker with the containerd"
                + " store will not load them; give them tags in the list, or omit --archive-format"
        case .foreignLayersLeftOut:
            "\(count) images have foreign layers, which are left out of the archive, as docker does: clients that pull"
                + " these images will download them from the publishers' URLs"
        case .takenFromList:
            "\(count) names were not found; for each of them the image of that release was taken from the list without it"
        case .incompleteList:
            "\(count) manifest lists are incomplete in the archive, so their available images were pushed; save with"
                + " --platform all to push complete lists"
        case .foreignLayersPushed:
            "the registry refuses manifests with URLs, so the foreign layers of \(count) images were pushed as ordinary ones"
        case .noChart:
            "\(count) names of charts resolve to other content: the archive has it, and no files are written for it"
        case .pushedAsSchema2:
            "the registry refuses OCI manifests, so \(count) images were pushed with docker's and have other digests there"
        case .immutable:
            "the registry's tags are immutable; \(count) images were there already"
        case .unconfirmed:
            "\(count) images were pushed, but the registry does not confirm them: give the user permission to pull"
        case .misannouncedDigest:
            "\(count) names have digest headers that differ from their manifests: a proxy or cache may answer for the registry"
        }
    }
}
