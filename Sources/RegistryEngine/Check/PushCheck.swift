import Engine
import OCI
import Registry
import Synchronization
import SystemIO

/// Asks registries what the steps of a load would find there, and whether they may be done.
struct PushCheck: Sendable {
    let client: RegistryClient
    /// How many steps or repositories are asked for at a time.
    let width: Int
    /// What is wrong with blobs of the archive.
    let damaged: [Digest: String]
    let counters: TransferCounters

    /// - Returns: a forecast for each step, in their order.
    /// - Throws: `CancellationError`; whatever else goes wrong is the cause of a step.
    func run(_ works: [PlannedStep]) async throws -> [StepForecast] {
        counters.enter(.asking, planned: Int64(works.count))
        defer { counters.enter(nil) }
        let refusals = try await refusals(of: works.compactMap(\.target))
        let pushed = Set(
            works.compactMap { work -> Reference? in
                if case .push(let push) = work.content { push.target } else { nil }
            }
        )
        var forecasts: [StepForecast] = []
        try await slidingWindow(over: works, width: width) { work in
            let forecast = await forecast(work, refusals, pushed: pushed)
            try Task.checkCancellation()
            return forecast
        } deliver: {
            counters.advance()
            forecasts.append($1)
        }
        return forecasts
    }

    /// Why repositories may not be pushed to, each asked for once.
    private func refusals(of targets: [Reference]) async throws -> [Repository: String] {
        let refusals = Mutex<[Repository: String]>([:])
        var seen: Set<Repository> = []
        let repositories = targets.map(\.repository).filter { seen.insert($0).inserted }
        try await slidingWindow(over: repositories, width: width) { repository in
            do {
                try await client.checkPush(to: repository)
            } catch {
                try Task.checkCancellation()
                refusals.withLock { $0[repository] = "\(error)" }
            }
        } deliver: { _, _ in
        }
        return refusals.withLock(\.self)
    }

    private func forecast(
        _ work: PlannedStep,
        _ refusals: [Repository: String],
        pushed: Set<Reference>
    ) async -> StepForecast {
        if let refusal = work.target.flatMap({ refusals[$0.repository] }) {
            return StepForecast(work.step, cause: refusal)
        }
        do {
            switch work.content {
            case .failure(let cause):
                return StepForecast(work.step, cause: cause)
            case .push(let push):
                let target = try await target(push.target, getting: push.selection.top.digest)
                let bytes = try await bytesToSend(push)
                let problem = push.allBlobs.lazy.compactMap { damaged[$0.blob.digest] }.first
                let cause = problem ?? push.notices.first?.description
                return StepForecast(work.step, target, bytes: bytes, cause: cause)
            case .manifestList(let target, let members, _):
                let there = try await client.digest(of: ManifestName(target), in: target.repository)
                for member in members where !pushed.contains(member) {
                    guard try await client.digest(of: ManifestName(member), in: member.repository) == nil else {
                        continue
                    }
                    throw ManifestListError.missing([member])
                }
                // What the list will be is known only once its members are there.
                return StepForecast(work.step, there.map { .other($0) } ?? .absent)
            }
        } catch {
            return StepForecast(work.step, cause: "\(error)")
        }
    }

    private func target(_ reference: Reference, getting digest: Digest) async throws -> StepForecast.Target {
        switch try await client.digest(of: ManifestName(reference), in: reference.repository) {
        case nil: .absent
        case digest: .same
        case let other?: .other(other)
        }
    }

    /// What the repository lacks, neither an earlier step brings there nor another repository gives.
    private func bytesToSend(_ push: ImagePush) async throws -> Int64 {
        var bytes: Int64 = 0
        for planned in push.allBlobs where !planned.isRepeated && planned.sibling == nil && planned.elsewhere == nil {
            if try await !client.hasBlob(planned.blob.digest, size: planned.blob.size, in: planned.repository) {
                bytes = bytes.addingSaturated(planned.blob.size)
            }
        }
        return bytes
    }
}

extension PlannedStep {
    /// What the step puts into the registry; `nil` where it cannot be done.
    fileprivate var target: Reference? {
        switch content {
        case .push(let push): push.target
        case .manifestList(let target, _, _): target
        case .failure: nil
        }
    }
}
