import CommandLine
import Engine
import Synchronization

/// Tells notices, few of them: those of one kind that are about single images are counted, and told in one sentence at the end.
final class NoticeAggregator: Sendable {
    private let isVerbose: Bool
    private let console: Console
    private let kept = Mutex<[Notice.Kind: [Notice]]>([:])

    /// - Parameter isVerbose: whether each notice is told as it comes.
    init(isVerbose: Bool, console: Console) {
        self.isVerbose = isVerbose
        self.console = console
    }

    /// Takes a notice, and tells it or keeps it for the end.
    func take(_ notice: Notice) {
        if [.referrerLeftOut, .archiveDefect].contains(notice.kind) {
            // As much a failure as that of an image is.
            console.notice(notice.description)
        } else if isVerbose || notice.kind.sentence(of: 2) == nil {
            console.remark(notice.description)
        } else {
            kept.withLock { $0[notice.kind, default: []].append(notice) }
        }
    }

    /// Tells what was kept: a single notice as it is, several in one sentence.
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
    /// What several notices of the kind come to; `nil` for those that are told one by one, since they come once in a run or have to
    /// be told before what they are about.
    ///
    /// - Parameter count: how many, 2 or more.
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
                + " store will not load them; give them tags in the list, or leave --archive-format out"
        case .foreignLayersLeftOut:
            "\(count) images have foreign layers, which are left out of the archive, as docker does: who pulls these images"
                + " will fetch them from their publishers' URLs"
        case .takenFromList:
            "\(count) names are not there; for each of them the image of that release was taken from the list without it"
        case .incompleteList:
            "\(count) manifest lists are not whole in the archive, so what it has of each was pushed; save with --platform all"
                + " to push them whole"
        case .foreignLayersPushed:
            "the registry refuses manifests with URLs, so the foreign layers of \(count) images were pushed as ordinary ones"
        case .noChart:
            "\(count) names of charts lead to something else: the archive has it, and no files are written for it"
        case .pushedAsSchema2:
            "the registry refuses OCI manifests, so \(count) images were pushed with docker's and have other digests there"
        case .immutable:
            "the registry's tags are immutable; \(count) images were there already"
        case .unconfirmed:
            "\(count) images were pushed, but the registry does not tell that it has them: give the user the right to pull"
        case .misannouncedDigest:
            "\(count) names came with another digest than their manifests have: something before the registry answers for it"
        }
    }
}
