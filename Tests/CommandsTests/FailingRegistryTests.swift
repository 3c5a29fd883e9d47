import CommandLine
import Commands
import OCI
import SystemIO
import TestSupport
import Testing

/// Registries that fail during transfers of many images. The delay does not depend on the number of images.
@Suite(.timeLimit(.minutes(5))) struct FailingRegistryTests {
    private static let count = 60
    /// Twice the retry time, and the time of the transfers.
    private static let limit = Duration.seconds(6)

    /// A kind of failure during a run.
    enum Failure: CaseIterable {
        /// A proxy responds instead of the registry.
        case answers502
        /// The connection is refused.
        case refusesConnections
        /// Only downloads and uploads of blobs fail.
        case answers502ToBlobs
    }

    /// Adds images to a registry; each has its own layer and a shared layer.
    private static func fill(_ registry: FakeRegistry) -> [String] {
        let base = [UInt8](repeating: 7, count: 20_000)
        return (0..<count)
            .map { number in
                let layer = Array("layer \(number)".utf8)
                let diffIDs = [base, layer].map { #""\#(ContentHash.digest(of: $0))""# }.joined(separator: ",")
                let configuration =
                    #"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[\#(diffIDs)]}}"#
                registry.addImage(
                    repository: "rancher/x\(number)",
                    tag: "v1",
                    configuration: Array(configuration.utf8),
                    layers: [base, layer]
                )
                return "rancher/x\(number):v1"
            }
    }

    /// Makes a registry fail after `requests` more requests.
    private static func fail(_ registry: FakeRegistry, _ failure: Failure, after requests: Int) {
        switch failure {
        case .answers502: registry.add(FakeFault(.error(502), times: .max, after: requests))
        case .answers502ToBlobs:
            for method in ["GET", "POST"] {
                registry.add(
                    FakeFault(.error(502), method: method, target: "/blobs/", times: .max, after: requests / 4)
                )
            }
        case .refusesConnections:
            let end = registry.requests.count + requests
            Task.detached {
                while registry.requests.count < end { try await Task.sleep(for: .milliseconds(1)) }
                registry.stop()
            }
        }
    }

    /// Whether a line is the expected cause, without the image's name.
    private static func isCause(_ line: Substring, of failure: Failure, _ host: String) -> Bool {
        switch failure {
        case .answers502, .answers502ToBlobs:
            line.contains("\(host) keeps answering 502") || line.contains("\(host) answered 502")
        case .refusesConnections:
            line.contains("\(host) refused the connection") || line.contains("the transfer with \(host) broke off")
        }
    }

    @Test(arguments: Failure.allCases)
    func aSaveOfManyImages(failure: Failure) async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let list = Self.fill(registry)
        let bench = try Bench()
        // The ping, the manifests, and about half of the blobs.
        Self.fail(registry, failure, after: 1 + Self.count + Self.count)
        let began = ContinuousClock.now
        let saved = try await bench.save(list, from: registry.authority, ["--patience", "1s"])
        #expect(began.duration(to: .now) < Self.limit)
        try check(saved, failure, registry.authority, done: "saved")
        let archive = try await bench.run(.load, ["--list", "-i", bench.path("images.tar.gz")])
        let listed = archive.lines.count { $0.contains("rancher/x") }
        #expect(listed == saved.lines.count { $0.hasPrefix("Image pull success: ") })
    }

    @Test(arguments: Failure.allCases)
    func aLoadOfManyImages(failure: Failure) async throws {
        let source = try FakeRegistry()
        defer { source.stop() }
        let bench = try Bench()
        let saved = try await bench.save(Self.fill(source), from: source.authority)
        #expect(saved.status == 0)
        let target = try FakeRegistry()
        defer { target.stop() }
        Self.fail(target, failure, after: 200)
        let began = ContinuousClock.now
        let loaded = try await bench.load(source: source.authority, target: target.authority, ["--patience", "1s"])
        #expect(began.duration(to: .now) < Self.limit)
        try check(loaded, failure, target.authority, done: "loaded")
    }

    /// A registry that recovers in time fails no image.
    @Test func aRegistryThatRestarts() async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let list = Self.fill(registry)
        registry.add(FakeFault(.error(502), times: 10, after: 1 + Self.count + Self.count))
        let bench = try Bench()
        let saved = try await bench.save(list, from: registry.authority, ["--patience", "20s"])
        #expect(saved.status == 0)
        #expect(saved.errors.contains("60 of 60 images saved"))
    }

    @Test func aRegistryThatFailsFromTheStart() async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let list = Self.fill(registry)
        Self.fail(registry, .answers502, after: 1)
        let bench = try Bench()
        let began = ContinuousClock.now
        let saved = try await bench.save(list, from: registry.authority, ["--patience", "1s"])
        #expect(began.duration(to: .now) < Self.limit)
        #expect(saved.status == 1)
        #expect(saved.lines.count { $0.hasPrefix("Image pull failed: ") } == Self.count)
        #expect(
            saved.errors.split(separator: "\n").count { $0.contains("\(registry.authority) keeps answering 502") } > 40
        )
    }

    /// Verifies the lines of a run. A cause follows the program and the image's name, and after a save the registry.
    nonisolated(unsafe) private static let start =
        /^rancher-[a-z]+-images: ([0-9.:]+\/)?rancher\/x[0-9]+:v1: (?!pushed)/

    private func check(_ run: Bench.Outcome, _ failure: Failure, _ host: String, done: String) throws {
        let causes = run.errors.split(separator: "\n").filter { $0.contains(Self.start) }
        let failed = causes.filter { Self.isCause($0, of: failure, host) }.count
        #expect(failed > 5 && failed < Self.count, "\(run.errors)")
        #expect(causes.count == failed, "each fails for that: \(run.errors)")
        #expect(run.status == 0, "some images failing is no failure, as with the scripts")
        let closing = "\(Self.count - failed) of \(Self.count) images \(done), \(failed) failed"
        #expect(run.errors.contains(closing), "\(closing): \(run.errors.suffix(2000))")
    }
}
