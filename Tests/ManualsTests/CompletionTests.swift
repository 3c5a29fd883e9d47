import Manuals
import TestSupport
import Testing

/// Completions in the shells that they are made for.
@Suite(.timeLimit(.minutes(2))) struct CompletionTests {
    private func directory(with path: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(try #require(GeneratedFiles.files.first { $0.path == path }).text, to: "completion")
        return directory
    }

    private static let words: [(String, String, [String], String)] = [
        ("rancher-save-images", "--eng", ["--engine"], "a flag"),
        ("rancher-save-images", "--engine ", ["auto", "docker", "registry"], "the words of a value"),
        ("rancher-save-images", "--engine d", ["docker"], "that begin so"),
        ("rancher-save-images", "--os", [], "a flag of the other mode"),
        ("rancher-save-images.ps1", "--os", ["--os-release-id"], "which has it"),
        ("rancher-load-images", "--reu", [], "a flag of the other program"),
        ("rancher-load-images", "--regis", ["--registry"], "which has this one"),
        ("rancher-load-images.ps1", "--regis", ["--registry"], "a flag of the fourth name"),
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

    /// A key of tab in an interactive zsh on a terminal of its own, whose `compadd` also prints the matches.
    @Test(.enabled(if: Machine.has("zsh"), "needs zsh"), arguments: words)
    func zsh(program: String, typed: String, expected: [String], reason: String) throws {
        let directory = try TemporaryDirectory()
        let path = "Packaging/share/zsh/site-functions/_\(program)"
        try directory.write(try #require(GeneratedFiles.files.first { $0.path == path }).text, to: "_\(program)")
        try directory.write("", to: "list.txt")
        try directory.write(
            #"""
            PROMPT=
            fpath=($PWD $fpath)
            autoload compinit
            compinit -u -D
            bindkey '^I' complete-word
            zstyle ':completion:*' insert-tab false
            compadd() {
                if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
                    builtin compadd "$@"
                    return
                fi
                local -a hits
                builtin compadd -A hits "$@"
                for hit in $hits; do print -r -- "OFFERED $hit"; done
            }
            finish() { print -r -- END; }
            comppostfuncs=(finish)
            print ready
            """#,
            to: "setup"
        )
        try directory.write(
            #"""
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z "source $PWD/setup"
            while zpty -r z line; do [[ $line == *ready* ]] && break; done
            zpty -w -n z "$1"$'\t'
            while zpty -r z line; do
                [[ $line == *END* ]] && break
                [[ $line == *OFFERED\ * ]] && print -r -- "${${line##*OFFERED }%%[[:space:]]*}"
            done
            zpty -d z
            """#,
            to: "script"
        )
        let offered = String(
            decoding: try directory.shell("timeout 60 zsh -f script '\(program) \(typed)'"),
            as: UTF8.self
        )
        #expect(offered.split(separator: "\n").map(String.init) == expected, "\(reason)")
    }
}
