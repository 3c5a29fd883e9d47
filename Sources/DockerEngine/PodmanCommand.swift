import Glibc
import SystemIO

/// Recognizes podman under the name of docker without running it.
///
/// `podman save` of several images writes the first one under the names of all, unless it is configured otherwise.
package enum PodmanCommand {
    /// Returns the evidence that the docker command is podman or talks to podman; `nil` if there is none.
    ///
    /// - Parameter environment: the environment with `PATH` and `DOCKER_HOST`.
    package static func evidence(environment: Environment) -> String? {
        guard let command = ChildProcess.file(of: "docker", environment: environment) else { return nil }
        let file = resolved(command)
        if isPodman(file) { return "\(command) is a link to \(file)" }
        if let text = script(file), runsPodman(text) { return "\(command) runs podman" }
        if let host = environment["DOCKER_HOST"], isPodmansSocket(host) { return "DOCKER_HOST is \(host)" }
        return nil
    }

    /// Whether a script passes its arguments to podman, and to no command called docker.
    static func runsPodman(_ script: String) -> Bool {
        let lines = script.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline)
            .filter { !$0.drop(while: \.isWhitespace).hasPrefix("#") }
        let forwarding = lines.filter { line in ["$@", "${@", "$*", "argv"].contains { line.contains($0) } }
        guard lines.contains(where: { words($0).contains(where: isPodman) }) else { return false }
        return !forwarding.isEmpty && !forwarding.contains { commands($0).contains(where: isDocker) }
    }

    /// Returns the commands of a line.
    private static func commands(_ line: Substring) -> [Substring] {
        line.split { ";|&()".contains($0) }
            .compactMap { command in
                command.split(whereSeparator: \.isWhitespace).map { $0.drop { "\"'".contains($0) } }
                    .first { !keywords.contains($0) && !$0.contains("=") }
                    .map { $0.prefix { !"\"'".contains($0) } }
            }
    }

    /// The words that can precede a command.
    private static let keywords: Set<Substring> = [
        "exec", "sudo", "env", "command", "nohup", "if", "then", "else", "do", "!", "{",
    ]

    /// The length of the start of a script that is read, in bytes.
    private static let scriptLimit = 64 << 10

    private static func script(_ path: String) -> String? {
        guard let bytes = try? File(path, for: .reading).readBytes(scriptLimit) else { return nil }
        return bytes.starts(with: Array("#!".utf8)) ? String(nativeBytes: bytes) : nil
    }

    private static func words(_ line: Substring) -> [Substring] {
        line.split { !($0.isLetter || $0.isNumber || "/._-".contains($0)) }
    }

    private static func lastComponent(_ path: some StringProtocol) -> String {
        String(path).split(separator: "/").last.map { String($0) } ?? ""
    }

    private static func isPodman(_ path: some StringProtocol) -> Bool {
        let name = lastComponent(path)
        return name == "podman" || name == "podman-remote"
    }

    private static func isDocker(_ path: some StringProtocol) -> Bool {
        let name = lastComponent(path)
        return name == "docker" || name.hasPrefix("docker.") || name.hasPrefix("docker-")
    }

    /// Whether the socket, or the target of its link, has podman's name.
    private static func isPodmansSocket(_ host: String) -> Bool {
        guard let scheme = host.firstRange(of: "://") else { return false }
        let path = String(host[scheme.upperBound...])
        return [path, resolved(path)].contains { lastComponent($0) == "podman.sock" }
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path.nativeCString, nil) else { return path }
        defer { free(resolved) }
        return String(nativeCString: resolved)
    }
}
