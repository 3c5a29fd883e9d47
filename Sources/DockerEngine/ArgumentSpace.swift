import Engine
import Glibc
import SystemIO

/// How much the arguments of a command may take.
///
/// Linux counts the bytes of all arguments and variables, each with its final zero, and a pointer to each, against a quarter
/// of the stack's limit, which is what `sysconf(_SC_ARG_MAX)` gives (execve(2), "Limits on size of arguments and environment").
struct ArgumentSpace: Equatable {
    /// What the system takes, in bytes.
    let limit: Int

    /// The room of this process's commands.
    static var ofSystem: ArgumentSpace {
        let limit = sysconf(Int32(_SC_ARG_MAX))
        return ArgumentSpace(limit: limit > 0 ? limit : 128 << 10)
    }

    /// Some room is left for the path of the executable and for what an interpreter's line adds.
    private static let reserve = 4 << 10

    /// What a command takes, in bytes.
    static func size(of command: [String], environment: Environment) -> Int {
        let pointer = MemoryLayout<Int>.size
        let arguments = command.reduce(0) { $0 + $1.nativeBytes.count + 1 + pointer }
        let variables = environment.reduce(0) {
            $0 + $1.key.nativeBytes.count + 1 + $1.value.nativeBytes.count + 1 + pointer
        }
        return arguments + variables + reserve
    }

    /// Makes sure that the system will take a `docker save` of so many images.
    ///
    /// - Throws: ``EngineError`` that says what to do.
    func require(_ command: [String], images: Int, environment: Environment) throws(EngineError) {
        let size = Self.size(of: command, environment: environment)
        guard size > limit else { return }
        throw EngineError(
            "\(images) images are too many for one docker save: their names take \(size) bytes of arguments,"
                + " and this system takes \(limit); use --engine registry, raise the limit with ulimit -s, or cut the list"
        )
    }
}
