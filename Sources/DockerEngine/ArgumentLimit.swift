import Engine
import Glibc
import SystemIO

/// The size limit of a command's arguments and environment.
///
/// Linux counts the bytes of all arguments and variables, each with its final zero, and a pointer to each, against a quarter
/// of the stack limit, which `sysconf(_SC_ARG_MAX)` returns (execve(2), "Limits on size of arguments and environment").
struct ArgumentLimit: Equatable {
    /// The limit in bytes.
    let limit: Int

    /// The limit for commands of this process.
    static var ofSystem: ArgumentLimit {
        let limit = sysconf(Int32(_SC_ARG_MAX))
        return ArgumentLimit(limit: limit > 0 ? limit : 128 << 10)
    }

    /// Space for the path of the executable and the arguments of an interpreter line, in bytes.
    private static let reserve = 4 << 10

    /// Returns the size of a command, in bytes.
    static func size(of command: [String], environment: Environment) -> Int {
        let pointer = MemoryLayout<Int>.size
        let arguments = command.reduce(0) { $0 + $1.nativeBytes.count + 1 + pointer }
        let variables = environment.reduce(0) {
            $0 + $1.key.nativeBytes.count + 1 + $1.value.nativeBytes.count + 1 + pointer
        }
        return arguments + variables + reserve
    }

    /// Verifies that a `docker save` of `images` images fits within the limit.
    ///
    /// - Throws: ``EngineError`` with advice.
    func require(_ command: [String], images: Int, environment: Environment) throws(EngineError) {
        let size = Self.size(of: command, environment: environment)
        guard size > limit else { return }
        throw EngineError(
            "\(images) images are too many for one docker save: their names take \(size) bytes of arguments,"
                + " and this system takes \(limit); use --engine registry, raise the limit with ulimit -s, or cut the list"
        )
    }
}
