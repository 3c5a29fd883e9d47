import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

// The dry run of a load (`--check`): the steps are planned as for a load, and the registry gets read-only requests.

/// The forecast of a load step.
package struct StepForecast: Sendable {
    package let step: LoadStep
    /// The digest that the target resolves to in the registry; `nil` if the registry does not have the target.
    package var existing: Digest?
    /// The digest that the step would push; `nil` for a manifest list, whose members may have to be pushed first.
    package var planned: Digest?
    /// The bytes to upload for this step: blobs that are not present, not mountable and not uploaded by an earlier step.
    package var bytes: Int64 = 0
    /// The reason that the step would fail; `nil` if it would succeed.
    package var cause: String?
}

extension RegistryLoader {
    /// Opens the archives, verifies every digest in them and selects the manifests of each image.
    ///
    /// - Returns: the images; the problem of an image is the reason that it cannot be loaded.
    package func verifyArchive() async throws -> LoadedArchive {
        let archive = try await load()
        if let cause = archive.cause { throw EngineError(cause) }
        guard let opened = source.withLock(\.self) else { return archive }
        if !opened.omitted.isEmpty {
            let archives = opened.omitted.archives.joined(separator: " and ")
            notice(Notice(.delta, "\(path) is a delta: the registry has to have what \(archives) has"))
        }
        let corrupt = try await corruptBlobs(of: opened)
        findings.withLock { $0 = corrupt }
        return try await onThread {
            LoadedArchive(
                images: opened.images.map { image in
                    var summary = image.summary
                    do {
                        let descriptors = try image.select().manifests.flatMap(\.descriptors)
                        summary.problem = descriptors.lazy.compactMap { corrupt[$0.digest] }.first
                    } catch {
                        summary.problem = "\(error)"
                    }
                    return summary
                }
            )
        }
    }

    /// Returns the problem of each blob whose bytes do not match its digest.
    private func corruptBlobs(of archives: ArchiveSet) async throws -> [Digest: String] {
        var corrupt: [Digest: String] = [:]
        counters.enter(.verifying, planned: archives.blobs.saturatedSum(of: \.content.size))
        defer { counters.enter(nil) }
        try await slidingWindow(over: archives.blobs, width: jobs) { [counters] digest, content -> String? in
            let parts = content.parts.isEmpty ? "" : ", in \(content.parts.joined(separator: " and ")),"
            do {
                let matches = try await onThread {
                    try content.hasDigest(digest) { counters.advance(by: Int64($0)) }
                }
                return matches
                    ? nil : "its blob \(digest)\(parts) has other bytes: copy the archive again, or save it again"
            } catch {
                try Task.checkCancellation()
                return "its blob \(digest)\(parts) cannot be read: \(error)"
            }
        } deliver: {
            corrupt[archives.blobs[$0].digest] = $1
        }
        return corrupt
    }

    /// Plans the steps as ``perform(_:onEvent:)`` does, and requests from the registry whether they can be performed.
    ///
    /// - Returns: the forecasts in the order of `steps`.
    /// - Throws: `CancellationError`; any other error is the cause of a step.
    package func check(_ steps: [LoadStep]) async throws -> [StepForecast] {
        let planner = try await planner(for: steps)
        let planned = try await onThread { steps.indices.map { planner.plan($0) } }
        counters.enter(.checking, planned: Int64(steps.count))
        defer { counters.enter(nil) }
        let refusals = try await refusals(of: Set(planned.compactMap { $0.target?.repository }))
        let pushed = Set(planned.compactMap(\.push?.target))
        let corrupt = findings.withLock(\.self)
        var forecasts: [StepForecast] = []
        try await slidingWindow(over: planned, width: jobs) { step in
            do {
                if let cause = step.target.flatMap({ refusals[$0.repository] }) { throw EngineError(cause) }
                return try await self.forecast(step, pushed: pushed, corrupt: corrupt)
            } catch {
                try Task.checkCancellation()
                return StepForecast(step: step.step, cause: "\(error)")
            }
        } deliver: { [counters] in
            counters.advance()
            forecasts.append($1)
        }
        return forecasts
    }

    /// Returns the reasons that repositories cannot be pushed to.
    private func refusals(of repositories: Set<Repository>) async throws -> [Repository: String] {
        let repositories = Array(repositories)
        var refusals: [Repository: String] = [:]
        try await slidingWindow(over: repositories, width: jobs) { [client] repository -> String? in
            do {
                try await client.checkPush(to: repository)
                return nil
            } catch {
                try Task.checkCancellation()
                return "\(error)"
            }
        } deliver: {
            refusals[repositories[$0]] = $1
        }
        return refusals
    }

    /// - Parameter pushed: the names that the run pushes.
    private func forecast(
        _ planned: PlannedStep,
        pushed: Set<Reference>,
        corrupt: [Digest: String]
    ) async throws -> StepForecast {
        var forecast = StepForecast(step: planned.step)
        if let target = planned.target {
            forecast.existing = try await client.digest(of: ManifestName(target), in: target.repository)
        }
        switch planned.content {
        case .failure(let cause): forecast.cause = cause
        case .push(let push):
            forecast.planned = push.selection.top.digest
            for blob in push.allBlobs where blob.isFirst && blob.elsewhere == nil {
                if try await !client.hasBlob(blob.blob.digest, size: blob.blob.size, in: blob.repository) {
                    forecast.bytes = forecast.bytes.addingSaturated(blob.blob.size)
                }
            }
            let problem = push.allBlobs.lazy.compactMap { corrupt[$0.blob.digest] }.first
            forecast.cause = problem ?? push.notices.first?.description
        case .manifestList(_, let members, _):
            for member in members where !pushed.contains(member) {
                guard try await client.digest(of: ManifestName(member), in: member.repository) == nil else { continue }
                throw ManifestListError.missing([member])
            }
        }
        return forecast
    }
}

extension Manifest {
    /// The configuration and the layers of an image; empty for an index.
    fileprivate var descriptors: [Descriptor] {
        guard case .image(let configuration, let layers) = content else { return [] }
        return [configuration] + layers
    }
}
