import Glibc

/// The two ends of what a command writes into.
struct PreparedOutput {
    /// What becomes the command's descriptor.
    let childEnd: File
    /// What we read, if it is a pipe.
    var ownEnd: File?
}

extension ChildProcess.Input {
    /// A descriptor that becomes the command's standard input.
    func prepared() throws(FileError) -> File {
        switch self {
        case .null: try File("/dev/null", for: .reading)
        case .descriptor(let descriptor): try duplicate(descriptor)
        }
    }
}

extension ChildProcess.Output {
    /// A descriptor that becomes the command's standard output or error, and our end of it.
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

/// A pipe that no command inherits but as one of its standard descriptors.
package func makePipe() throws(FileError) -> (reading: File, writing: File) {
    var ends: (Int32, Int32) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) { pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self)) }
    guard status == 0 else { throw FileError(operation: "open", path: "a pipe", code: errno) }
    let raw = (File(owning: ends.0, path: "a pipe"), File(owning: ends.1, path: "a pipe"))
    // Above 2, or giving the command its descriptors could overwrite an end before it is used.
    return (try duplicate(raw.0.descriptor), try duplicate(raw.1.descriptor))
}

/// A second descriptor for the same file, above 2, so that it is not overwritten while 0, 1 and 2 are set one after the other.
func duplicate(_ descriptor: Int32) throws(FileError) -> File {
    let path = "descriptor \(descriptor)"
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw FileError(operation: "pass on", path: path, code: errno) }
    return File(owning: copy, path: path)
}
