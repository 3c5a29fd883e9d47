import Glibc

extension ChildProcess {
    /// Whether a command is there to be started, by the same rules as ``start(_:environment:input:output:errors:)``.
    ///
    /// - Parameter environment: its `PATH` is searched for a name without a slash.
    public static func isInstalled(_ name: String, environment: [String: String]) -> Bool {
        executables(named: name, searchPath: environment["PATH"])
            .contains { path in
                var status = stat()
                return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
            }
    }
}
