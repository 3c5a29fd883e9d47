import Engine
import HTTP

/// Describes the progress of a run in words.
struct ProgressText {
    /// A clause of the sentence, and its rank: clauses with higher ranks are omitted first if the line is too long.
    typealias Part = (text: String, rank: Int)

    /// The noun for the counted items: `images` or `pushes`.
    let items: String

    /// The state in one sentence; `nil` if it is empty.
    func sentence(_ state: ProgressState) -> String? {
        let run = parts(state).map(\.text).joined(separator: ", ")
        let clauses = (run.isEmpty ? [] : [run]) + state.troubles.map { trouble($0, at: state.now) }
        return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
    }

    /// The clauses about the run, without those about hosts.
    func parts(_ state: ProgressState) -> [Part] {
        let snapshot = state.snapshot
        var parts: [Part] = []
        if let stage = snapshot.stage { parts.append((text(stage, snapshot), 0)) }
        if snapshot.items.planned > 0, snapshot.stage != .resolving {
            parts.append(("\(snapshot.items.done) of \(snapshot.items.planned) \(items)", 1))
        }
        if snapshot.bytes.planned > 0 || snapshot.bytes.done > 0 {
            parts.append((Self.amount(snapshot.bytes), 2))
        }
        if let silence = state.silence {
            parts.append(("no bytes for \(TimeRemaining.text(silence))", 3))
        } else if let rate = state.bytesPerSecond, snapshot.stage == nil {
            parts.append(("\(ByteCount(Int64(rate)))/s", 4))
        }
        if let left = state.timeLeft { parts.append(("\(TimeRemaining.text(left)) left", 3)) }
        return parts
    }

    private func text(_ stage: TransferCounters.Stage, _ snapshot: TransferCounters.Snapshot) -> String {
        let count = snapshot.stageCount
        switch stage {
        case .opening: return "opening the archive"
        case .resolving:
            return "asking for manifests: \(min(count.done, count.planned)) of \(count.planned) names"
        case .referrers:
            return "asking for signatures: \(min(count.done, count.planned)) of \(count.planned) images"
        case .searching:
            return "looking for blobs in the registry: \(min(count.done, count.planned)) of \(count.planned)"
        case .reusing: return "reading what is here"
        case .loading: return "waiting for docker load"
        case .unpacking: return "unpacking the archive: \(Self.amount(count))"
        case .verifying: return "verifying the archive: \(Self.amount(count))"
        case .checking: return "asking the registry: \(min(count.done, count.planned)) of \(count.planned) \(items)"
        case .finishing: return "waiting for the disk"
        }
    }

    /// The trouble of a host, and its duration.
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

    /// Done and planned bytes: `1.2 of 4.8 GB`, `980 MB of 4.8 GB`, or `1.2 GB` if the planned number is unknown.
    static func amount(_ count: TransferCounters.Count) -> String {
        let done = ByteCount(max(0, count.done)).description
        guard count.planned >= count.done, count.planned > 0 else { return done }
        let planned = ByteCount(count.planned).description
        let number = done.prefix { $0 != " " }
        return done.dropFirst(number.count) == planned.drop { $0 != " " }
            ? "\(number) of \(planned)" : "\(done) of \(planned)"
    }
}
