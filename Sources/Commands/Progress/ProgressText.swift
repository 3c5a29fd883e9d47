import Engine
import HTTP

/// The words for how far a run has come.
struct ProgressText {
    /// What is counted: `images` or `pushes`.
    let items: String

    /// The whole in one sentence; `nil` as long as there is nothing to tell.
    func sentence(_ state: ProgressState) -> String? {
        let run = parts(state).map(\.text).joined(separator: ", ")
        let clauses = (run.isEmpty ? [] : [run]) + state.troubles.map { trouble($0, at: state.now) }
        return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
    }

    /// A part of the sentence.
    struct Part {
        let text: String
        /// What has the largest number is left out first where there is no room.
        let rank: Int

        init(_ text: String, rank: Int) {
            self.text = text
            self.rank = rank
        }
    }

    /// The parts of the sentence that are about the whole run.
    func parts(_ state: ProgressState) -> [Part] {
        let snapshot = state.snapshot
        var parts: [Part] = []
        if let stage = snapshot.stage { parts.append(Part(words(stage, snapshot), rank: 0)) }
        if snapshot.items.planned > 0, snapshot.stage != .resolving {
            parts.append(Part("\(snapshot.items.done) of \(snapshot.items.planned) \(items)", rank: 1))
        }
        if snapshot.bytes.planned > 0 || snapshot.bytes.done > 0 {
            parts.append(Part(Self.amount(snapshot.bytes), rank: 2))
        }
        if let silence = state.silence {
            parts.append(Part("no bytes for \(TimeRemaining.text(silence))", rank: 3))
        } else if let rate = state.bytesPerSecond, snapshot.stage == nil {
            parts.append(Part("\(ByteCount(Int64(rate)))/s", rank: 4))
        }
        if let left = state.timeLeft { parts.append(Part("\(TimeRemaining.text(left)) left", rank: 3)) }
        return parts
    }

    private func words(_ stage: TransferCounters.Stage, _ snapshot: TransferCounters.Snapshot) -> String {
        let count = snapshot.stageCount
        switch stage {
        case .opening: return "opening the archive"
        case .resolving:
            return "asking for manifests: \(min(count.done, count.planned)) of \(count.planned) names"
        case .referrers:
            return "asking for signatures: \(min(count.done, count.planned)) of \(count.planned) images"
        case .searching:
            return "looking for blobs in the registry: \(min(count.done, count.planned)) of \(count.planned)"
        case .takingOver: return "reading what is here"
        case .loading: return "waiting for docker load"
        case .unpacking: return "unpacking the archive: \(Self.amount(count))"
        case .proving: return "proving the archive: \(Self.amount(count))"
        case .asking: return "asking the registry: \(min(count.done, count.planned)) of \(count.planned) \(items)"
        case .finishing: return "waiting for the disk"
        }
    }

    /// Why a host is waited for.
    func trouble(_ trouble: TransferCounters.HostTrouble, at now: ContinuousClock.Instant) -> String {
        let problem =
            switch trouble.health {
            case .healthy: "answers"
            case .busy: "is busy"
            case .failing: "reports a failure"
            case .interrupted, .unreachable: "does not answer"
            }
        return "\(trouble.host) \(problem) (\(TimeRemaining.text(trouble.since.duration(to: now))))"
    }

    /// How many bytes of how many: `1.2 of 4.8 GB`, `980 MB of 4.8 GB`, or `1.2 GB` where nobody knows of how many.
    static func amount(_ count: TransferCounters.Count) -> String {
        let done = ByteCount(max(0, count.done)).description
        guard count.planned >= count.done, count.planned > 0 else { return done }
        let planned = ByteCount(count.planned).description
        let number = done.prefix { $0 != " " }
        return done.dropFirst(number.count) == planned.drop { $0 != " " }
            ? "\(number) of \(planned)" : "\(done) of \(planned)"
    }
}
