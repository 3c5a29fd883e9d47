import Glibc

/// The two ends of the output of a command.
struct PreparedOutput {
    /// The end that becomes the command's descriptor.
    let childEnd: File
    /// The end that this process reads, if the output is a pipe.
    var ownEnd: File?
}

extension ChildProcess.Input {
    /// Opens the descriptor that becomes the command's standard input.
    func prepared() throws(FileError) -> File {
        switch self {
        case .null: try File("/dev/null", for: .reading)
        case .descriptor(let descriptor): try duplicate(descriptor)
        }
    }
}

extension ChildProcess.Output {
    /// Opens the descriptor that becomes the command's standard output or error, and the reading end of a pipe.
    func prepared() throws(FileError) -> PreparedOutput {
        switch self {
        case .null:
            return PreparedOutput(childEnd: try File("/dev/null", for: .writing))
        case .descriptor(let descriptor):
            return PreparedOutput(childEnd: try duplicate(descriptor))
        case .pipe:
            let (reading, writing) = try makePipe()
            return PreparedOutput(childEnd: writing, ownEnd: reading)
        case .asOutput:
            preconditionFailure("only standard error can go to where standard output goes")
        }
    }
}

/// Creates a pipe. A command inherits an end only as one of its standard descriptors.
package func makePipe() throws(FileError) -> (reading: File, writing: File) {
    var ends: (Int32, Int32) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) { pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self)) }
    guard status == 0 else { throw FileError(operation: "open", path: "a pipe", code: errno) }
    let raw = (File(owning: ends.0, path: "a pipe"), File(owning: ends.1, path: "a pipe"))
    // Above 2, so that setting up the descriptors of a command cannot overwrite an end.
    return (try duplicate(raw.0.descriptor), try duplicate(raw.1.descriptor))
}

/// Duplicates a descriptor to one above 2, so that setting up 0, 1 and 2 cannot overwrite it.
func duplicate(_ descriptor: Int32) throws(FileError) -> File {
    let path = "descriptor \(descriptor)"
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw FileError(operation: "pass on", path: path, code: errno) }
    return File(owning: copy, path: path)
}
