/// Where the bytes of some content go, in order, and which may be given them anew from the first byte on.
///
/// One thread at a time uses it.
package protocol ByteDestination: AnyObject, Sendable {
    /// Whether ``restart()`` is possible: not once bytes have gone where they cannot be taken back.
    var canRestart: Bool { get }

    /// Takes the next bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws

    /// Drops all bytes taken so far.
    func restart() throws
}
