import OCI

/// The container settings of an image: `container.Config` of Docker 20.10 to 28.
///
/// It is decoded from an image's configuration and encoded as in Go, with exactly the fields of Go's struct.
struct ContainerConfiguration: Decodable, Sendable {
    /// `container.HealthConfig`; times in nanoseconds.
    struct HealthCheck: Sendable {
        var test: [String]?
        var interval: Int64 = 0
        var timeout: Int64 = 0
        var startPeriod: Int64 = 0
        var startInterval: Int64 = 0
        var retries: Int64 = 0
    }

    var hostname = ""
    var domainname = ""
    var user = ""
    var attachStdin = false
    var attachStdout = false
    var attachStderr = false
    var exposedPorts: Set<String>?
    var tty = false
    var openStdin = false
    var stdinOnce = false
    var environment: [String]?
    var command: [String]?
    var healthCheck: HealthCheck?
    var argumentsEscaped = false
    var image = ""
    var volumes: Set<String>?
    var workingDirectory = ""
    var entrypoint: [String]?
    var networkDisabled = false
    var macAddress = ""
    var onBuild: [String]?
    var labels: [String: String]?
    var stopSignal = ""
    var stopTimeout: Int64?
    var shell: [String]?

    /// The zero value.
    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: GoKey.self)
        hostname = try container.field("Hostname") ?? ""
        domainname = try container.field("Domainname") ?? ""
        user = try container.field("User") ?? ""
        attachStdin = try container.field("AttachStdin") ?? false
        attachStdout = try container.field("AttachStdout") ?? false
        attachStderr = try container.field("AttachStderr") ?? false
        exposedPorts = try container.set("ExposedPorts")
        tty = try container.field("Tty") ?? false
        openStdin = try container.field("OpenStdin") ?? false
        stdinOnce = try container.field("StdinOnce") ?? false
        environment = try container.strings("Env")
        command = try container.stringOrStrings("Cmd")
        healthCheck = try container.field("Healthcheck")
        argumentsEscaped = try container.field("ArgsEscaped") ?? false
        image = try container.field("Image") ?? ""
        volumes = try container.set("Volumes")
        workingDirectory = try container.field("WorkingDir") ?? ""
        entrypoint = try container.stringOrStrings("Entrypoint")
        networkDisabled = try container.field("NetworkDisabled") ?? false
        macAddress = try container.field("MacAddress") ?? ""
        onBuild = try container.strings("OnBuild")
        labels = try container.field("Labels", [String: String?].self)?.mapValues { $0 ?? "" }
        stopSignal = try container.field("StopSignal") ?? ""
        stopTimeout = try container.field("StopTimeout")
        shell = try container.stringOrStrings("Shell")
    }

    /// Returns the struct as Go encodes it.
    func json(_ format: GraphDriverFormat) -> GoJSON {
        var fields = GoFields()
        fields.add("Hostname", .string(hostname))
        fields.add("Domainname", .string(domainname))
        fields.add("User", .string(user))
        fields.add("AttachStdin", .boolean(attachStdin))
        fields.add("AttachStdout", .boolean(attachStdout))
        fields.add("AttachStderr", .boolean(attachStderr))
        fields.addUnlessEmpty("ExposedPorts", exposedPorts.flatMap { $0.isEmpty ? nil : .set($0) })
        fields.add("Tty", .boolean(tty))
        fields.add("OpenStdin", .boolean(openStdin))
        fields.add("StdinOnce", .boolean(stdinOnce))
        fields.add("Env", .strings(environment))
        fields.add("Cmd", .strings(command))
        fields.addUnlessEmpty("Healthcheck", healthCheck?.json(format))
        fields.addUnlessEmpty("ArgsEscaped", .boolean(argumentsEscaped))
        fields.add("Image", .string(image))
        fields.add("Volumes", volumes.map { .set($0) } ?? .null)
        fields.add("WorkingDir", .string(workingDirectory))
        fields.add("Entrypoint", .strings(entrypoint))
        fields.addUnlessEmpty("NetworkDisabled", .boolean(networkDisabled))
        fields.addUnlessEmpty("MacAddress", .string(macAddress))
        fields.add("OnBuild", .strings(onBuild))
        fields.add("Labels", labels.map { .map($0.mapValues { .string($0) }) } ?? .null)
        fields.addUnlessEmpty("StopSignal", .string(stopSignal))
        // A pointer in Go: an explicit zero is written.
        if let stopTimeout { fields.add("StopTimeout", .integer(stopTimeout)) }
        fields.addUnlessEmpty("Shell", .strings(shell))
        return .object(fields.fields)
    }
}

extension ContainerConfiguration.HealthCheck: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: GoKey.self)
        test = try container.strings("Test")
        interval = try container.field("Interval") ?? 0
        timeout = try container.field("Timeout") ?? 0
        startPeriod = try container.field("StartPeriod") ?? 0
        startInterval = try container.field("StartInterval") ?? 0
        retries = try container.field("Retries") ?? 0
    }

    fileprivate func json(_ format: GraphDriverFormat) -> GoJSON {
        var fields = GoFields()
        fields.addUnlessEmpty("Test", .strings(test))
        fields.addUnlessEmpty("Interval", .integer(interval))
        fields.addUnlessEmpty("Timeout", .integer(timeout))
        fields.addUnlessEmpty("StartPeriod", .integer(startPeriod))
        // Added in Docker 25; older versions drop it.
        if format == .docker { fields.addUnlessEmpty("StartInterval", .integer(startInterval)) }
        fields.addUnlessEmpty("Retries", .integer(retries))
        return .object(fields.fields)
    }
}

extension GoJSON {
    /// A `map[string]struct{}`.
    fileprivate static func set(_ keys: Set<String>) -> GoJSON {
        .map(Dictionary(uniqueKeysWithValues: keys.map { ($0, .object([])) }))
    }
}
