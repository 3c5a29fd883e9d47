import FoundationEssentials
import ImageArchive
import OCI
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct GraphDriverImageTests {
    private static let reference = "rancher/x:v1"
    private static let layer = Descriptor(
        mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
        digest: ContentHash.digest(of: [1]),
        size: 1
    )
    private static let rootFS = #""rootfs":{"type":"layers","diff_ids":["\#(ContentHash.digest(of: [2]))"]}"#

    private func image(
        _ configuration: String,
        layers: Int = 1,
        os: String = "linux",
        _ format: GraphDriverFormat = .docker
    ) throws -> GraphDriverImage {
        try GraphDriverImage(
            try Reference(Self.reference),
            configuration: Array(configuration.utf8),
            layers: Array(repeating: Self.layer, count: layers),
            os: os,
            format: format
        )
    }

    struct Refusal: Sendable {
        let configuration: String
        var layers = 1
        var os = "linux"
        var format = GraphDriverFormat.docker
        let words: String
    }

    static let refusals = [
        Refusal(
            configuration: #"{"os":"windows",\#(rootFS)}"#,
            words:
                #"image operating system "windows" cannot be used on this platform: operating system is not supported"#
        ),
        Refusal(
            configuration: #"{"os":"windows",\#(rootFS)}"#,
            format: .legacy,
            words: #"image operating system "windows" cannot be used on this platform"#
        ),
        Refusal(
            configuration: #"{"os":"linux",\#(rootFS)}"#,
            os: "windows",
            words: #"image operating system "linux" cannot be used on this platform: operating system is not supported"#
        ),
        Refusal(configuration: #"{"os":"linux"}"#, words: "invalid rootfs in image configuration"),
        Refusal(
            configuration: #"{"os":"linux",\#(rootFS)}"#,
            layers: 2,
            words: "layers from manifest don't match image configuration"
        ),
        Refusal(
            configuration: #"{"os":"linux","rootfs":{"diff_ids":["sha512:\#(String(repeating: "0", count: 128))"]}}"#,
            words: "layers from manifest don't match image configuration"
        ),
        Refusal(
            configuration: #"{"os":"linux","rootfs":{"type":"layers"}}"#,
            layers: 0,
            words: "empty export - not implemented"
        ),
        Refusal(
            configuration: "not JSON",
            words: "the image's configuration is not the JSON of an image's configuration"
        ),
        Refusal(
            configuration: #"{"os":"linux","created":"yesterday",\#(rootFS)}"#,
            words: "the image's configuration is not the JSON of an image's configuration"
        ),
        Refusal(
            configuration: #"{"os":"linux","config":{"Cmd":7},\#(rootFS)}"#,
            words: "the image's configuration is not the JSON of an image's configuration"
        ),
    ]

    @Test(arguments: refusals)
    func whatDockerRefusesIsRefused(refusal: Refusal) throws {
        let error = #expect(throws: GraphDriverError.self) {
            try image(refusal.configuration, layers: refusal.layers, os: refusal.os, refusal.format)
        }
        #expect(error?.description == refusal.words)
    }

    @Test func anImageWithoutAnOperatingSystemIsForAny() throws {
        #expect(try image("{\(Self.rootFS)}", os: "windows").layers.count == 1)
    }

    @Test(arguments: [
        ("application/vnd.oci.image.config.v1+json", true), ("application/vnd.docker.container.image.v1+json", true),
        ("application/octet-stream", true), ("", true), ("application/vnd.cncf.helm.config.v1+json", false),
        ("application/vnd.oci.empty.v1+json", false),
    ])
    func artifactsAreNotTaken(type: String, isTaken: Bool) {
        let descriptor = Descriptor(mediaType: MediaType(rawValue: type), digest: ContentHash.digest(of: []), size: 2)
        let error = Result { () throws(GraphDriverError) in try GraphDriverImage.check(descriptor) }
        switch error {
        case .success: #expect(isTaken)
        case .failure(let error): #expect(!isTaken && error.description == "unsupported media type \(type)")
        }
    }

    struct Container: Sendable {
        let given: String
        let written: String
        var format = GraphDriverFormat.docker
        let reason: String
    }

    static let containers = [
        Container(given: #"{"Cmd":"sh"}"#, written: #""Cmd":["sh"]"#, reason: "a string is one element"),
        Container(given: #"{"Cmd":[]}"#, written: #""Cmd":[]"#, reason: "an empty slice is not nil"),
        Container(given: #"{"Cmd":null}"#, written: #""Cmd":null"#, reason: "null is nil"),
        Container(given: #"{"entrypoint":["a"]}"#, written: #""Entrypoint":["a"]"#, reason: "names in any case"),
        Container(given: #"{"Env":["A=<é&>"]}"#, written: #""Env":["A=\u003cé\u0026\u003e"]"#, reason: "Go's escapes"),
        Container(
            given: #"{"Labels":{"b":"1","a":null}}"#,
            written: #""Labels":{"a":"","b":"1"}"#,
            reason: "sorted keys"
        ),
        Container(
            given: #"{"ExposedPorts":{"80/tcp":{},"443/tcp":{}}}"#,
            written: #""AttachStderr":false,"ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Tty":false"#,
            reason: "a set, in its place"
        ),
        Container(given: #"{"ExposedPorts":{}}"#, written: #""AttachStderr":false,"Tty":false"#, reason: "omitempty"),
        Container(
            given: #"{"Volumes":{"/v":{}}}"#,
            written: #""Volumes":{"/v":{}}"#,
            reason: "a set that always stands"
        ),
        Container(given: #"{"Volumes":{}}"#, written: #""Volumes":{}"#, reason: "an empty map is not nil"),
        Container(
            given: #"{"OnBuild":["RUN x"]}"#,
            written: #""OnBuild":["RUN x"],"Labels":null}"#,
            reason: "in order"
        ),
        Container(
            given: #"{"StopTimeout":0}"#,
            written: #""Labels":null,"StopTimeout":0}"#,
            reason: "a pointer to zero"
        ),
        Container(
            given: #"{"StopSignal":"SIGINT","Shell":["/bin/sh","-c"],"ArgsEscaped":true,"MacAddress":"m"}"#,
            written: #""MacAddress":"m","OnBuild":null,"Labels":null,"StopSignal":"SIGINT","Shell":["/bin/sh","-c"]}"#,
            reason: "what is rare"
        ),
        Container(given: #"{"Unknown":1}"#, written: #""Labels":null}"#, reason: "unknown fields are dropped"),
        Container(
            given: #"{"Healthcheck":{"Test":["CMD","x"],"Interval":30000000000,"StartInterval":5,"Retries":3}}"#,
            written:
                #""Healthcheck":{"Test":["CMD","x"],"Interval":30000000000,"StartInterval":5,"Retries":3},"Image""#,
            reason: "nanoseconds"
        ),
        Container(
            given: #"{"Healthcheck":{"Timeout":1,"StartPeriod":2,"StartInterval":5}}"#,
            written: #""Healthcheck":{"Timeout":1,"StartPeriod":2},"Image""#,
            format: .legacy,
            reason: "docker 20.10 knows no StartInterval"
        ),
        Container(given: #"{"Healthcheck":{}}"#, written: #""Healthcheck":{},"Image""#, reason: "a pointer"),
    ]

    @Test(arguments: containers)
    func theContainersConfigurationIsWrittenAsGoDoes(row: Container) throws {
        let json = try json(of: #"{"os":"linux","config":\#(row.given),\#(Self.rootFS)}"#, row.format)
        let config = try #require(json.split(separator: #""config":"#).last)
        #expect(config.contains(row.written), "\(row.reason): \(config)")
    }

    @Test func theTopImageHasItsFieldsInOrder() throws {
        let json = try json(
            of: """
                {"os":"linux","architecture":"arm64","variant":"v8","author":"A","comment":"C","container":"c",
                 "docker_version":"20.10","created":"2024-03-05T06:07:08.120Z","Size":7,"parent":"no","id":"no",
                 "history":[],\(Self.rootFS)}
                """
        )
        #expect(
            json.contains(#","comment":"C","created":"2024-03-05T06:07:08.12Z","container":"c","container_config":{"#)
        )
        #expect(
            json.hasSuffix(
                #"},"docker_version":"20.10","author":"A","architecture":"arm64","variant":"v8","os":"linux","Size":7}"#
            )
        )
        #expect(!json.contains(#""no""#))
    }

    @Test func aMissingTimeDependsOnTheVersion() throws {
        let configuration = #"{"os":"linux",\#(Self.rootFS)}"#
        #expect(try json(of: configuration, .docker).contains(#""created":null,"#))
        #expect(try json(of: configuration, .legacy).contains(#""created":"0001-01-01T00:00:00Z","#))
    }

    /// The version 1 JSON of the one layer, out of an archive.
    private func json(of configuration: String, _ format: GraphDriverFormat = .docker) throws -> String {
        let image = try image(configuration, layers: 1, os: "linux", format)
        let texts = format.layout(of: [image]).entries([:])
            .compactMap { entry -> String? in
                guard case .bytes(let bytes) = entry.content else { return nil }
                return String(decoding: bytes, as: UTF8.self)
            }
        return try #require(texts.first { $0.contains("container_config") })
    }
}
