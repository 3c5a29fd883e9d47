import CommandLine
import Engine
import Testing

@Suite(.timeLimit(.minutes(2))) struct NamingTests {
    private static let shellSources: [(String, String, String, String)] = [
        ("", "rancher/shell:v1", "rancher/shell:v1", "no source registry"),
        ("", "busybox", "busybox", "no tag and no rancher/ is added"),
        ("r:5000", "rancher/shell:v1", "r:5000/rancher/shell:v1", "a prefix"),
        ("r/path/", "busybox", "r/path/busybox", "one slash goes"),
        ("r//", "a/b", "r//a/b", "only one slash goes"),
        ("/", "a/b", "a/b", "nothing is left of it"),
        ("", "a@sha256:0", "a@sha256:0", "a digest"),
    ]

    @Test(arguments: shellSources)
    func shellSource(_ registry: String, _ name: String, _ source: String, _ reason: String) throws {
        let options = try #require(parse(.save, ["-s", registry]).options)
        #expect(Naming(options).source(listed(name)).text == source, "\(reason)")
    }

    private static let shellTargets: [(String, String, String, String)] = [
        ("r:5000", "rancher/shell:v1", "r:5000/rancher/shell:v1", "a name with a slash"),
        ("r:5000", "busybox", "r:5000/rancher/busybox", "a name without one goes under rancher/"),
        ("r:5000", "registry:2", "r:5000/rancher/registry:2", "with a tag too"),
        ("r:5000", "/wins", "r:5000//wins", "any slash counts"),
        ("r/path/", "a/b", "r/path/a/b", "one slash goes"),
        ("r//", "a/b", "r//a/b", "only one slash goes"),
        ("/", "a/b", "/a/b", "nothing is left of it"),
    ]

    @Test(arguments: shellTargets)
    func shellTarget(_ registry: String, _ name: String, _ target: String, _ reason: String) throws {
        let options = try #require(parse(.load, ["-r", registry, "-s", "mirror"]).options)
        #expect(Naming(options).target(listed(name)).text == target, "\(reason)")
    }

    private static let powerShellSources: [([String], String, String, String)] = [
        ([], "rancher/wins:v1", "rancher/wins:v1-windows-1809", "the release"),
        (["-o", "ltsc2022"], "wins", "wins-windows-ltsc2022", "without a tag too"),
        (["-o"], "wins:v1", "wins:v1-windows-", "null stands for nothing"),
        (["-s", "r//"], "a/b:1", "r/a/b:1-windows-1809", "all slashes go"),
        (["-s"], "a/b:1", "a/b:1-windows-1809", "null is none"),
        (["-s", "/"], "a/b:1", "/a/b:1-windows-1809", "one is added where nothing is left"),
    ]

    @Test(arguments: powerShellSources)
    func powerShellSource(_ words: [String], _ name: String, _ source: String, _ reason: String) throws {
        let options = try #require(parsePowerShell(.save, words).options)
        #expect(Naming(options).source(listed(name)).text == source, "\(reason)")
    }

    private static let powerShellTargets: [(String, String, String, String)] = [
        ("r:5000", "rancher/wins:v1", "r:5000/rancher/wins:v1-windows-1809", "a slash with something on both sides"),
        ("r:5000", "wins:v1", "r:5000/rancher/wins:v1-windows-1809", "none"),
        ("r:5000", "/wins:v1", "r:5000/rancher//wins:v1-windows-1809", "nothing before it"),
        ("r:5000", "wins/", "r:5000/wins/-windows-1809", "the release is after it"),
        ("r:5000", "//wins", "r:5000///wins-windows-1809", "the first slash is before the second"),
        ("r//", "a/b", "r/a/b-windows-1809", "all slashes go"),
    ]

    @Test(arguments: powerShellTargets)
    func powerShellTarget(_ registry: String, _ name: String, _ target: String, _ reason: String) throws {
        let options = try #require(parsePowerShell(.load, ["-r", registry]).options)
        #expect(Naming(options).target(listed(name)).text == target, "\(reason)")
    }

    private func listed(_ name: String) -> ImageListEntry { ImageListEntry(reference: name, file: "list", line: 1) }
}
