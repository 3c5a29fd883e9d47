import CommandLine
import Testing

@Suite(.timeLimit(.minutes(2))) struct SettingTests {
    private static let environment = [
        "RANCHER_IMAGES_JOBS": "7", "RANCHER_IMAGES_STRICT": "yes",
        "RANCHER_IMAGES_PLATFORM": "linux/arm64, linux/amd64",
        "RANCHER_IMAGES_PASSWORD": "geheim", "target_registry": "r:5000",
    ]

    private static func settings(
        _ invocation: Invocation
    ) throws -> (names: [String], values: [String: Setting.Value]) {
        let settings = try #require(invocation.options?.settings)
        return (settings.map(\.name), Dictionary(settings.map { ($0.name, $0.value) }) { first, _ in first })
    }

    @Test func valuesThatApply() throws {
        let words = [
            "--jobs", "9", "--patience", "1m", "-i", "x.tar.gz", "--insecure-registry", "a", "--insecure-registry", "b",
        ]
        let (names, values) = try Self.settings(parse(.load, words, environment: Self.environment))
        #expect(values["jobs"] == .text("9"), "a flag beats its variable")
        #expect(values["strict"] == .isOn(true))
        #expect(values["platform"] == .texts(["linux/arm64", "linux/amd64"]))
        #expect(values["insecure-registry"] == .texts(["a", "b"]))
        #expect(values["patience"] == .text("1m"))
        #expect(values["images"] == .text("x.tar.gz"))
        #expect(values["image-list"] == .text("rancher-images.txt"), "the default")
        #expect(values["registry"] == .text("r:5000"), "the scripts' variable")
        #expect(values["failed-list"] == Setting.Value.none)
        #expect(values["verbose"] == .isOn(false))
        #expect(!names.contains("help") && !names.contains("version") && !names.contains("reuse"))
        #expect(!values.values.contains(.text("geheim")))
    }

    @Test func defaultsAreThoseOfTheMode() throws {
        let (names, values) = try Self.settings(parsePowerShell(.save, []))
        #expect(values["platform"] == .texts(["windows/amd64"]))
        #expect(values["os-release-id"] == .text("1809"))
        #expect(!names.contains("registry"))
    }
}
