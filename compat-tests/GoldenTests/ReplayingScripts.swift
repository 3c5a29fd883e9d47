import GoldenSuite
import TestSupport

/// A directory of scripts that do what recordings say, for comparisons of which the outcome is known. The scripts know by their
/// environment which case they are run for.
struct ReplayingScripts {
    let directory: TemporaryDirectory

    /// Writes the scripts.
    ///
    /// - Parameters:
    ///   - more: A shell command for a case that deviates from the recording, before the script's output.
    ///   - family: The suffix of the names of the scripts. They are shell scripts, whatever their names.
    init(_ recordings: [Recording], more: [String: String] = [:], family: String = ".sh") throws {
        directory = try TemporaryDirectory()
        for script in Set(recordings.map(\.script)) where script.hasSuffix(family) {
            let cases = recordings.filter { $0.script == script }
                .map { "\($0.name))\n\(more[$0.name] ?? ":")\n\(Self.lines($0.expect).joined(separator: "\n"))\n;;\n" }
            // The texts by which a release with charts and a source registry is detected.
            let traits = "# rancher/charts/ --source-registry 1809"
            let text = "\(traits)\ncase $(basename \"$STAND_IN_RECORDING\" .json) in\n\(cases.joined())esac\n"
            try directory.write(text, to: script)
        }
    }

    /// The lines of shell that make up an account.
    private static func lines(_ account: Account) -> [String] {
        var lines = ["mkdir -p rancher-oci-charts"]
        // What a command really writes is in the account.
        lines += account.calls.map { call in
            (["DOCKER_CLI_EXPERIMENTAL=enabled"] + call.map(quoted) + [">/dev/null 2>&1 || :"]).joined(separator: " ")
        }
        lines += account.files.sorted { $0.key < $1.key }
            .map { path, file in
                let packer = file.kind == "gzip" ? " | gzip" : ""
                return "printf %s \(quoted(file.text))\(packer) >\(quoted(path))"
            }
        lines.append("printf %s \(quoted(account.stdout)) | sed \"s|ROOT|$(dirname \"$PWD\")|g\"")
        return lines + ["exit \(account.exit)"]
    }

    private static func quoted(_ word: String) -> String {
        "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
