import OCI
import Testing

@Suite(.timeLimit(.minutes(5))) struct ImageConfigurationTests {
    static let digest = "sha256:" + String(repeating: "0a", count: 32)

    @Test(
        arguments: [
            (
                "linux", #"{"architecture":"arm64","os":"linux","variant":"v8"}"#,
                Platform(os: "linux", architecture: "arm64", variant: "v8")
            ),
            (
                "windows",
                #"{"architecture":"amd64","os":"windows","os.version":"10.0.17763.1","os.features":["win32k"]}"#,
                Platform(os: "windows", architecture: "amd64", osVersion: "10.0.17763.1", osFeatures: ["win32k"])
            ),
            ("a chart has none", #"{"name":"demo","version":"1"}"#, Platform(os: "", architecture: "")),
            ("null says nothing", #"{"architecture":null,"os":"linux"}"#, Platform(os: "linux", architecture: "")),
        ]
    )
    func platform(reason: String, json: String, platform: Platform) throws {
        #expect(try #require(ImageConfiguration(bytes: Array(json.utf8))).platform == platform)
    }

    @Test(
        arguments: [
            (#"{"rootfs":{"type":"layers","diff_ids":["\#(digest)"]}}"#, [digest]),
            (#"{"rootfs":{"type":"layers","diff_ids":null}}"#, []),
            (#"{"name":"demo"}"#, nil),
        ] as [(String, [String]?)]
    )
    func layers(json: String, digests: [String]?) throws {
        let configuration = try #require(ImageConfiguration(bytes: Array(json.utf8)))
        #expect(configuration.diffIDs?.map(\.description) == digests)
    }

    @Test(arguments: ["", "[]", #"{"os":1}"#, #"{"rootfs":{"diff_ids":["x"]}}"#])
    func otherDocumentsAreNotConfigurations(json: String) {
        #expect(ImageConfiguration(bytes: Array(json.utf8))?.platform == nil)
    }

    @Test func tooLargeConfigurationsAreNotRead() {
        let json = Array(#"{"os":"linux"}"#.utf8) + [UInt8](repeating: 32, count: ImageConfiguration.sizeLimit)
        #expect(ImageConfiguration(bytes: json)?.platform == nil)
    }
}
