import OCI
import Registry
import SystemIO

/// How fast one transfer from a registry is, measured on the beginning of a blob, of which nothing is kept.
enum ThroughputProbe {
    /// A measurement ends after so long, or so many bytes.
    private static let longest = Duration.seconds(2)
    private static let most = 32 << 20
    /// Fewer bytes are not worth a measurement: they are there before anybody waits for them.
    private static let leastMissing: Int64 = 256 << 20

    /// - Parameters:
    ///   - missing: what is to be fetched.
    ///   - repository: gives a repository that has a blob.
    ///   - least: how many missing bytes are worth a measurement.
    /// - Returns: bytes a second, from the first byte on; `nil` where little is missing, or nothing came.
    static func bytesPerSecond(
        _ missing: [Descriptor],
        by client: RegistryClient,
        least: Int64 = leastMissing,
        from repository: (Digest) -> Repository?
    ) async -> Double? {
        guard missing.saturatedSum(of: \.size) >= least,
            let largest = missing.filter({ !$0.isForeignLayer }).max(by: { $0.size < $1.size }),
            let repository = repository(largest.digest)
        else { return nil }
        let meter = Meter()
        // The meter ends the transfer by an error, and a registry that fails is told of by the save.
        try? await client.download(largest, from: repository, to: meter)
        return meter.bytesPerSecond
    }

    private struct Enough: Error {}

    /// One transfer at a time has it, on one thread, which is what `@unchecked` stands for.
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
                // What comes with the answer's head has been under way for an unknown time.
                self.start = .now
                return
            }
            count += bytes.count
            elapsed = start.duration(to: .now)
            guard elapsed < ThroughputProbe.longest, count < ThroughputProbe.most else { throw Enough() }
        }

        func restart() throws { throw Enough() }
    }
}
