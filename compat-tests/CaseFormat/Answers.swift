/// The answers of the fake commands, from a case file.
///
/// A failing command has status 1, unless ``Docker/statuses`` or ``Helm/statuses`` has another one for the command.
package struct Answers: Decodable, Sendable {
    /// The answers of docker; `nil` if there is no docker command.
    package var docker: Docker?
    /// The answers of helm; `nil` if there is no helm command.
    package var helm: Helm?
    /// Variables that the log of calls has before each command, as `NAME=VALUE`, if they are set.
    package var logsVariables: [String]?

    /// The answers of `docker`.
    package struct Docker: Codable, Hashable, Sendable {
        /// The output of `info`.
        package var info: String?
        /// References that cannot be pulled.
        package var pullFails: [String]?
        /// References that `inspect` finds.
        package var local: [String]?
        /// Whether `save` fails before it has written anything.
        package var saveFails: Bool?
        /// Whether `save` fails after it has written something to standard output.
        package var saveBreaks: Bool?
        /// References that `load` names.
        package var loads: [String]?
        /// Whether `load` fails.
        package var loadFails: Bool?
        /// Sources that cannot be tagged.
        package var tagFails: [String]?
        /// References that cannot be pushed.
        package var pushFails: [String]?
        /// Manifest lists that cannot be created.
        package var manifestCreateFails: [String]?
        /// Manifest lists that cannot be pushed.
        package var manifestPushFails: [String]?
        /// Commands that never end, and write without end.
        package var endless: [String]?
        /// Whether no daemon answers.
        package var hasNoDaemon: Bool?
        /// Registries that `docker manifest` reaches with `--insecure` only.
        package var withoutTls: [String]?
        /// Whether invalid references are refused, as docker does.
        package var refusesInvalidReferences: Bool?
        /// Exit statuses of what fails, by the command: `pull`, `manifest push`. Given for `info`, that prints and fails.
        package var statuses: [String: Int32]?
        /// Whether each command writes a warning to standard error first.
        package var warns: Bool?
        /// Whether a push is left out, and fails without a message or an entry in the log, if the tag before it has failed (D9).
        package var skipsPushAfterFailedTag: Bool?
        /// Whether `manifest` runs again with `--insecure` if it fails for a registry on this machine (D14).
        package var repeatsManifestInsecurely: Bool?

        /// Answers with success everywhere.
        package init() {}
    }

    /// The answers of `helm`.
    package struct Helm: Codable, Hashable, Sendable {
        /// The output of `version --short`.
        package var version: String?
        /// URLs that cannot be pulled.
        package var pullFails: [String]?
        /// Files that cannot be pushed.
        package var pushFails: [String]?
        /// As docker's.
        package var statuses: [String: Int32]?
        /// As docker's.
        package var warns: Bool?

        /// Answers with success everywhere.
        package init() {}
    }
}
