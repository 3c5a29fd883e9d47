import Manuals
import TestSupport
import Testing

/// The completions, in the shells that they are for.
@Suite(.timeLimit(.minutes(2))) struct CompletionTests {
    private static func paths(_ part: String) -> [String] {
        GeneratedFiles.files.map(\.path).filter { $0.contains(part) }
    }

    private func directory(with path: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(try #require(GeneratedFiles.files.first { $0.path == path }).text, to: "completion")
        return directory
    }

    @Test(.enabled(if: Machine.has("zsh"), "needs zsh"), arguments: paths("/zsh/"))
    func zshReadsIt(path: String) throws {
        try directory(with: path).shell("zsh -n completion")
    }

    @Test(.enabled(if: Machine.has("fish"), "needs fish"), arguments: paths("/fish/"))
    func fishReadsIt(path: String) throws {
        try directory(with: path).shell("fish -n completion")
    }

    private static let words: [(String, String, [String], String)] = [
        ("rancher-save-images", "--eng", ["--engine"], "a flag"),
        ("rancher-save-images", "--engine ", ["auto", "docker", "registry"], "the words of a value"),
        ("rancher-save-images", "--engine d", ["docker"], "that begin so"),
        ("rancher-save-images", "--os", [], "a flag of the other mode"),
        ("rancher-save-images.ps1", "--os", ["--os-release-id"], "which has it"),
        ("rancher-load-images", "--reu", [], "a flag of the other program"),
        ("rancher-load-images", "--regis", ["--registry"], "which has this one"),
        ("rancher-save-images", "--image-list li", ["list.txt"], "a file"),
        ("rancher-save-images", "--source-registry li", [], "no file"),
    ]

    @Test(.enabled(if: Machine.has("bash"), "needs bash"), arguments: words)
    func bash(program: String, typed: String, expected: [String], reason: String) throws {
        let directory = try directory(with: "Packaging/share/bash-completion/completions/\(program)")
        try directory.write("", to: "list.txt")
        // A space at the end begins an empty argument.
        let words = "\(program) \(typed)".split(separator: " ", omittingEmptySubsequences: false)
        try directory.write(
            """
            set -eu
            . ./completion
            COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " "))) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            # Only within a completion can options be set.
            compopt() { :; }
            $(complete -p \(program) | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            printf '%s\\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
            """,
            to: "script"
        )
        let offered = String(decoding: try directory.shell("bash script"), as: UTF8.self)
        #expect(offered.split(separator: "\n").map(String.init) == expected, "\(reason)")
    }

    @Test(.enabled(if: Machine.has("fish"), "needs fish"), arguments: words)
    func fish(program: String, typed: String, expected: [String], reason: String) throws {
        let directory = try directory(with: "Packaging/share/fish/vendor_completions.d/\(program).fish")
        try directory.write("", to: "list.txt")
        let command = "HOME=$PWD fish --no-config -c 'source completion; complete -C \"\(program) \(typed)\"'"
        let offered = String(decoding: try directory.shell(command), as: UTF8.self)
        // What follows a tab describes the word.
        #expect(offered.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) } == expected, "\(reason)")
    }
}
