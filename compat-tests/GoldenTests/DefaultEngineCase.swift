import GoldenSuite
import OCI
import TestSupport
import Testing

/// A recording of a PowerShell script for the default engine of such a call, which queries registries instead of running
/// docker: the contents of the registries and the archive, and the expected results.
struct DefaultEngineCase: CustomTestStringConvertible {
    /// The recording.
    let recording: Recording
    /// The expected results of the executable.
    let expected: Account
    /// The images in the source registries: those that docker could pull.
    let pulled: [SyntheticImage]
    /// Whether the registries have lost all blobs, because `docker save` failed.
    let hasLostBlobs: Bool
    /// The bytes of the archive by its path: the images that docker could tag, or another image if it tagged none.
    let archive: [String: [UInt8]]
    /// The images in the target registry after the run, by their targets.
    let pushed: [String: SyntheticImage]
    /// The targets that the registry refuses.
    let refused: [String]
    /// The number of images of the list that fail.
    let failures: Int
    /// The registries that are asked, as `HOST:PORT`, sorted.
    let asked: [String]

    var testDescription: String { recording.name }

    /// The recordings without docker. This engine does not need it (D8), and does what another recording has with docker.
    private static let withoutDocker = [
        "ps1-save-no-docker": "ps1-save-defaults",
        "ps1-load-no-docker": "ps1-load-unknown-flag",
    ]

    /// The recordings in which the fake for docker took a target that is no reference, which docker refuses to tag, as this
    /// engine does. No image is left, so that the status is 1 (D7).
    private static let withInvalidTargets: Set = ["ps1-load-leading-slash"]

    init(_ recording: Recording, _ suite: Suite) throws {
        self.recording = recording
        let example = try Self.withoutDocker[recording.name].map(suite.recording(called:)) ?? recording
        let docker = try #require(example.docker, "a recording with docker stands for \(recording.name)")
        var expected = try suite.expectation(for: example)
        let calls = expected.calls.filter { $0[0] == "docker" }

        let pulls = calls.filter { $0[1] == "pull" }.map { $0[2] }
        let missing = docker.pullFails ?? []
        pulled = try pulls.filter { !missing.contains($0) }.map(Self.image)
        hasLostBlobs = docker.saveFails ?? false

        let tags = calls.filter { $0[1] == "tag" }.map { (source: $0[2], target: $0[3]) }
        let isInvalid = Self.withInvalidTargets.contains(recording.name)
        let tagged = tags.filter { !isInvalid && docker.tagFails?.contains($0.source) != true }
        let images = try Dictionary(uniqueKeysWithValues: tagged.map { ($0.target, try Self.image($0.source)) })
        let loaded = tagged.isEmpty ? [try Self.image("rancher/other:v1")] : tagged.compactMap { images[$0.target] }
        let loads = calls.filter { $0[1] == "load" }.map { $0[3] }
        archive = try Dictionary(uniqueKeysWithValues: loads.map { ($0, try SyntheticImage.layout(loaded).bytes()) })
        let refused = docker.pushFails ?? []
        self.refused = refused
        pushed = images.filter { !refused.contains($0.key) }

        failures = pulls.count - pulled.count + tags.count - pushed.count
        asked = Set(try (pulls + images.keys).map(Self.authority)).sorted()
        expected.calls = []
        if isInvalid { expected.exit = 1 }
        // An image whose blobs are lost is not pulled by this engine, and then there is nothing that docker could fail to save.
        let nothing =
            hasLostBlobs
            ? [
                "Could not save empty images to host",
                "Please verify the images of 'rancher-windows-images.txt' existing or not",
            ] : []
        let lines = try loads.flatMap { _ in try loaded.map { "Loaded image: \(try Reference($0.name).familiar)" } }
        expected.stdout = (lines + Self.lines(expected.stdout, images) + nothing).map { $0 + "\n" }.joined()
        self.expected = expected
    }

    /// An image that has nothing in common with those of other names.
    private static func image(_ name: String) throws -> SyntheticImage {
        try SyntheticImage(Reference(name).description, layers: [name])
    }

    /// Returns the host and port of the registry of a reference.
    private static func authority(_ name: String) throws -> String {
        let domain = try Reference(name).domain
        if domain == Reference.hub { return "registry-1.docker.io:443" }
        return domain.contains(":") ? domain : "\(domain):443"
    }

    /// Returns the lines of the script unchanged, with docker's own output instead of the fake's for `docker push`, and without
    /// that of `docker pull`, which this engine does not print.
    ///
    /// - Parameter images: the pushed images, by their targets.
    private static func lines(_ text: String, _ images: [String: SyntheticImage]) -> [String] {
        var lines: [String] = []
        var image: SyntheticImage?
        var rest = text.split(separator: "\n")[...]
        while let line = rest.popFirst() {
            if line.hasPrefix("Tagging ") { image = images[String(line.dropFirst("Tagging ".count))] }
            if line.hasPrefix("Status: Downloaded newer image for ") {
                // The reference follows.
                rest.removeFirst()
            } else if let digest = line.firstRange(of: ": digest: sha256:0000") {
                guard let image else { continue }
                lines += image.layers.map { "\(ContentHash.digest(of: $0).short): Pushed" }
                let (hash, size) = (ContentHash.digest(of: image.manifest), image.manifest.count)
                lines.append("\(line[..<digest.lowerBound]): digest: \(hash) size: \(size)")
            } else if image != nil || !line.hasPrefix("The push refers to repository [") {
                lines.append(String(line))
            }
        }
        return lines
    }
}
