/// A structure of a C library, which must keep its address: allocated once, and ended by the library and freed with its owner.
///
/// An owner whose initializer throws needs no cleaning up of its own: what it has stored so far is freed, once.
struct LibraryState<Structure>: ~Copyable {
    let pointer: UnsafeMutablePointer<Structure>
    private let end: (UnsafeMutablePointer<Structure>) -> Void

    /// - Parameters:
    ///   - zero: the structure as it is before the library's function that begins with it.
    ///   - end: the library's function that gives back what the structure refers to. It must also take a structure that the
    ///     library has not begun with, or refused to.
    init(_ zero: Structure, end: @escaping (UnsafeMutablePointer<Structure>) -> Void) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: zero)
        self.end = end
    }

    deinit {
        end(pointer)
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }
}

/// Bytes of a fixed number, freed with their owner.
struct Buffer: ~Copyable {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        bytes = .allocate(byteCount: byteCount, alignment: 64)
    }

    deinit {
        bytes.deallocate()
    }
}

extension UnsafeRawBufferPointer {
    /// Leaves the first `count` bytes out.
    mutating func removeFirst(bytes count: Int) {
        self = UnsafeRawBufferPointer(rebasing: self[count...])
    }

    /// The bytes as C libraries want them that have no `const`; they do not write.
    var mutableBytes: UnsafeMutablePointer<UInt8>? {
        UnsafeMutablePointer(mutating: baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes as C libraries want them.
    var bytes: UnsafeMutablePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}

extension Int {
    /// A count of bytes for C libraries that count in 32 bits; what is above waits for the next call.
    var asUInt32: UInt32 { UInt32(Swift.min(self, 1 << 30)) }
}
