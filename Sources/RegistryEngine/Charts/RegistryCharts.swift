import Charts
import Engine
import OCI
import Registry
import SystemIO

/// Moves charts without helm: pulls the files that `helm pull` writes, and pushes as `helm push` of Helm 3 does.
package struct RegistryCharts: ChartMover {
    private let client: RegistryClient
    private let projects: RepositoryProvisioner?
    private let counters: TransferCounters
    private let notice: NoticeHandler

    /// - Parameter projects: creates the projects or repositories that a registry requires before a push; `nil` to create none.
    package init(
        client: RegistryClient,
        projects: RepositoryProvisioner? = nil,
        counters: TransferCounters,
        notice: @escaping NoticeHandler
    ) {
        self.client = client
        self.projects = projects
        self.counters = counters
        self.notice = notice
    }

    package func pull(_ url: String, version: String, into directory: String) async throws {
        try await convertingErrors {
            let name = Self.name(url)
            let reference = try Reference("\(name):\(ChartPackage.tag(of: version))")
            let manifest = try await client.manifest(ManifestName(reference), in: reference.repository)
            guard let content = ChartContent(manifest) else { throw EngineError("it is no Helm chart") }
            let base = name.split(separator: "/").last ?? ""
            let download = ChartDownload(fetcher: BlobFetcher(client: client, local: nil), counters: counters)
            _ = try await download.write(
                content,
                from: reference.repository,
                to: "\(directory)/\(base)-\(version).tgz"
            )
        }
    }

    /// Pushes a chart under the name and version in its metadata. As for images, the configuration decides whether the registry is
    /// reached over plain HTTP.
    package func push(_ file: String, to url: String, plainHTTP: Bool) async throws {
        try await convertingErrors {
            let chart: ChartPackage
            do {
                chart = try await onThread { try ChartPackage(file) }
            } catch let error as ChartFileError {
                throw EngineError("\(file): \(error)")
            }
            let target = try Reference("\(Self.name(url))/\(chart.metadata.name):\(chart.tag)")
            for report in try await projects?.make(for: [target.repository]) ?? [] { report.notices.forEach(notice) }
            for blob in chart.blobs { try await place(blob, in: target.repository) }
            try await client.put(chart.manifest, as: ManifestName(target), in: target.repository)
        }
    }

    private func place(_ blob: ChartPackage.Blob, in repository: Repository) async throws {
        guard try await !client.hasBlob(blob.descriptor.digest, size: blob.descriptor.size, in: repository) else {
            return
        }
        _ = try await client.upload(blob.descriptor, from: Source(blob: blob), to: repository, mountingFrom: nil)
    }

    /// The part of `url` after `oci://`.
    private static func name(_ url: String) -> Substring { url.hasPrefix("oci://") ? url.dropFirst(6) : url[...] }

    /// Runs `work` and converts its errors to ``ChartError``.
    private func convertingErrors(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ChartError(error)
        }
    }

    private struct Source: BlobSource {
        let blob: ChartPackage.Blob

        var size: Int64 { blob.descriptor.size }

        func open() throws -> any ByteSource { try blob.open() }
    }
}
