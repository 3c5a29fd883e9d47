/// A structure of a C library that must keep its address. It is allocated once, and ended and freed with its owner.
///
/// If the owner's initializer throws, the structure is freed as well.
struct LibraryState<Structure>: ~Copyable {
    let pointer: UnsafeMutablePointer<Structure>
    private let end: (UnsafeMutablePointer<Structure>) -> Void

    /// - Parameters:
    ///   - zero: the structure before the library initializes it.
    ///   - end: the library's function that releases the structure. It must accept a structure that was not initialized.
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

/// A buffer of a fixed size, freed with its owner.
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
    /// Removes the first `count` bytes.
    mutating func removeFirst(bytes count: Int) {
        self = UnsafeRawBufferPointer(rebasing: self[count...])
    }

    /// The bytes for C functions that take them without `const` but do not write.
    var mutableBytes: UnsafeMutablePointer<UInt8>? {
        UnsafeMutablePointer(mutating: baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes for C functions.
    var bytes: UnsafeMutablePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}

extension Int {
    /// The count for C functions that take 32 bits, at most 1 GiB; the rest is for the next call.
    var asUInt32: UInt32 { UInt32(Swift.min(self, 1 << 30)) }
}
