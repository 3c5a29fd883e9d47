/// A source that reads by a closure.
package final class ClosureSource: ByteSource {
    private let readPiece: (UnsafeMutableRawBufferPointer) throws -> Int

    /// - Parameter read: implements ``ByteSource/read(into:)``.
    package init(_ read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) { readPiece = read }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try readPiece(buffer) }
}

extension ByteSource {
    /// Returns this source, with a closure that is called with each piece that is read.
    package func observed(_ observe: @escaping (UnsafeRawBufferPointer) -> Void) -> any ByteSource {
        ClosureSource { buffer in
            let count = try self.read(into: buffer)
            observe(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
    }
}
