import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct InsecureRegistriesTests {
    private static let registries = InsecureRegistries(
        ["named.example.com:5000"],
        daemonConfiguration: Array(
            #"{"insecure-registries": ["daemon.example.com", "10.1.0.0/16", "1.2.3.4/99"]}"#.utf8
        )
    )

    private static let rows: [(String, Bool, String)] = [
        ("named.example.com:5000/a/b:v1", true, "named by a flag"),
        ("named.example.com/a/b:v1", false, "with another port"),
        ("daemon.example.com/a:v1", true, "named in daemon.json"),
        ("10.1.2.3:5000/a:v1", true, "in a network of daemon.json, whatever the port"),
        ("10.2.2.3:5000/a:v1", false, "outside of it"),
        ("127.0.0.1:5000/a:v1", true, "loopback"),
        ("127.9.9.9/a:v1", true, "loopback is a whole network"),
        ("localhost:5000/a:v1", true, "loopback by its name"),
        ("[::1]:5000/a:v1", true, "loopback of IPv6"),
        ("localhost.evil.example/a:v1", false, "a name that begins like it"),
        ("127.0.0.1.evil.example/a:v1", false, "a name that begins like the address"),
        ("rancher/a:v1", false, "Docker Hub"),
        ("a:v1", false, "Docker Hub, without a path"),
    ]

    @Test(arguments: rows)
    func contains(_ reference: String, _ expected: Bool, _ reason: String) {
        #expect(Self.registries.contains(registryOf: reference) == expected, "\(reason)")
    }

    @Test(arguments: ["", "[]", "{\"insecure-registries\": 1}", "{"])
    func aConfigurationThatIsNoneNamesNothing(_ text: String) {
        #expect(InsecureRegistries([], daemonConfiguration: Array(text.utf8)) == InsecureRegistries())
    }
}
