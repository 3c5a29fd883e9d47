import OCI
import Registry
import SystemIO

/// Measures the speed of one transfer from a registry by the beginning of a blob, which is discarded.
enum ThroughputProbe {
    /// The limits of a measurement: its duration, and a size in bytes.
    private static let maximumDuration = Duration.seconds(2)
    private static let maximumSize = 32 << 20
    /// The size in bytes below which a download takes too little time to be measured.
    private static let minimumMissing: Int64 = 256 << 20

    /// Measures the speed of the download of the largest missing blob.
    ///
    /// - Parameters:
    ///   - missing: the blobs to download.
    ///   - minimum: the size in bytes of the missing blobs from which the speed is measured.
    ///   - repository: returns a repository that has a blob.
    /// - Returns: bytes per second, from the first byte on; `nil` if less is missing, or nothing arrived.
    static func bytesPerSecond(
        _ missing: [Descriptor],
        by client: RegistryClient,
        minimum: Int64 = minimumMissing,
        from repository: (Digest) -> Repository?
    ) async -> Double? {
        guard missing.saturatedSum(of: \.size) >= minimum,
            let largest = missing.filter({ !$0.isForeignLayer }).max(by: { $0.size < $1.size }),
            let repository = repository(largest.digest)
        else { return nil }
        let meter = Meter()
        // The meter ends the transfer with an error. The save itself reports a registry that fails.
        try? await client.download(largest, from: repository, to: meter)
        return meter.bytesPerSecond
    }

    private struct Enough: Error {}

    /// `@unchecked Sendable`: one transfer at a time uses the meter, on one thread.
    private final class Meter: ByteSink, @unchecked Sendable {
        private var start: ContinuousClock.Instant?
        private var count = 0
        private var elapsed = Duration.zero

        var canRestart: Bool { false }

        var bytesPerSecond: Double? {
            let seconds = elapsed / .seconds(1)
            return count > 0 && seconds > 0 ? Double(count) / seconds : nil
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws {
            guard let start else {
                // The transfer of the bytes that arrive with the response head started at an unknown time.
                self.start = .now
                return
            }
            count += bytes.count
            elapsed = start.duration(to: .now)
            guard elapsed < ThroughputProbe.maximumDuration, count < ThroughputProbe.maximumSize else { throw Enough() }
        }

        func restart() throws { throw Enough() }
    }
}
