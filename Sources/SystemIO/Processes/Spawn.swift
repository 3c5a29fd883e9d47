import CLinux
import Glibc

/// Starts a command with `descriptors` as 0, 1 and 2.
///
/// - Parameter descriptors: Three open descriptors, all above 2.
/// - Returns: the process ID.
func spawn(
    _ command: [String],
    environment: Environment,
    descriptors: [File]
) throws(ChildProcessError) -> Int32 {
    let name = command.first ?? ""
    let variables = environment.map { "\($0)=\($1)" }
    guard !(command + variables).contains(where: { $0.utf8.contains(0) }) else {
        throw ChildProcessError(command: name, reason: .system(EINVAL))
    }
    let actions = SpawnActions(descriptors.map(\.descriptor))
    let attributes = SpawnAttributes()
    var refusal: Int32 = ENOENT
    // As `execvp` does: a file that cannot be executed is an error only if no other file is found.
    for path in executables(named: name, searchPath: environment["PATH"]) {
        var identifier: pid_t = 0
        let code = withCStrings(command) { arguments in
            withCStrings(variables) { variables in
                posix_spawn(&identifier, path.nativeCString, &actions.value, &attributes.value, arguments, variables)
            }
        }
        switch code {
        case 0: return identifier
        case ENOENT, ENOTDIR, ESTALE, ENODEV, ETIMEDOUT: continue
        case EACCES: refusal = EACCES
        default: throw ChildProcessError(command: name, reason: ChildProcessError.Reason(spawnCode: code))
        }
    }
    throw ChildProcessError(command: name, reason: ChildProcessError.Reason(spawnCode: refusal))
}

/// Returns the files to try for a command, in order.
///
/// - Parameter searchPath: The value of `PATH`; by default `/bin` and `/usr/bin`, as in glibc.
func executables(named name: String, searchPath: String?) -> [String] {
    if name.isEmpty || name.contains("/") { return [name] }
    return (searchPath ?? "/bin:/usr/bin").split(separator: ":", omittingEmptySubsequences: false)
        .map { directory in
            // An empty directory is the current one (POSIX.1-2017, 8.3).
            directory.isEmpty ? name : "\(directory)/\(name)"
        }
}

extension ChildProcess {
    /// Whether ``start(_:environment:input:output:errors:)`` finds the file of a command.
    package static func isInstalled(_ name: String, environment: Environment) -> Bool {
        file(of: name, environment: environment) != nil
    }

    /// Returns the first executable file for a command; `nil` if there is none.
    package static func file(of name: String, environment: Environment) -> String? {
        executables(named: name, searchPath: environment["PATH"])
            .first { path in
                var status = stat()
                return stat(path.nativeCString, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
                    && access(path.nativeCString, X_OK) == 0
            }
    }
}

extension ChildProcessError.Reason {
    fileprivate init(spawnCode code: Int32) {
        self =
            switch code {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, ENOEXEC, EPERM, EISDIR, ELIBBAD, ETXTBSY: .notExecutable(code)
            case E2BIG: .argumentListTooLong
            default: .system(code)
            }
    }
}

/// The changes of the descriptors before the command runs.
private final class SpawnActions {
    var value = posix_spawn_file_actions_t()

    init(_ descriptors: [Int32]) {
        posix_spawn_file_actions_init(&value)
        for (target, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&value, descriptor, Int32(target))
        }
        posix_spawn_file_actions_addclosefrom_np(&value, Int32(descriptors.count))
    }

    deinit {
        posix_spawn_file_actions_destroy(&value)
    }
}

/// The signals of the command: none is blocked, and all have their default action, except HUP, INT and QUIT, which stay ignored if they
/// are ignored here. This program ignores none of the three, so its caller did, by `nohup` or `&`, and meant the commands too.
private final class SpawnAttributes {
    var value = posix_spawnattr_t()

    init() {
        posix_spawnattr_init(&value)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&value, &signals)
        sigfillset(&signals)
        for signal in [SIGHUP, SIGINT, SIGQUIT] { sigdelset(&signals, signal) }
        posix_spawnattr_setsigdefault(&value, &signals)
        posix_spawnattr_setflags(&value, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    deinit {
        posix_spawnattr_destroy(&value)
    }
}

/// Passes the strings to `body` as a C array that ends with `NULL`.
private func withCStrings<R>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> R
) -> R {
    let pointers = strings.map { strdup($0.nativeCString) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
