import Glibc
import SystemIO
import Testing

@testable import Compression

/// Decoders without memory. That of xz is not tested: the little memory that liblzma allocates at first cannot be distinguished
/// from the runtime's.
@Suite(.timeLimit(.minutes(1))) struct MemoryTests {
    @Test(arguments: ["gzip", "bzip2", "zstd"])
    func aDecoderThatGetsNoMemoryIsFreedOnce(format: String) async {
        // In a process of its own, which glibc ends where a block is freed twice.
        await #expect(processExitsWith: .exitCode(7)) { [format] in
            let format = try #require(CompressionFormat(rawValue: format))
            // The first time everything is there that the runtime makes once, such as the metadata of types.
            let reasons = [rlim_t.max, 0]
                .map { space in
                    withMemory(space) { () -> CompressionError.Reason? in
                        do throws(CompressionError.Reason) {
                            _ = try format.makeDecoder()
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
            exit(reasons == [nil, .outOfMemory] ? 7 : 8)
        }
    }

    @Test func aDecompressorWithABrokenSourceLeaksNothing() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<100 { #expect(throws: BrokenSource.Broken.self) { try Decompressor(BrokenSource()) } }
            let before = try addressSpace()
            for _ in 0..<1000 { #expect(throws: BrokenSource.Broken.self) { try Decompressor(BrokenSource()) } }
            #expect(try addressSpace() - before < 100 << 20, "a thousand buffers of 256 KiB are 250 MiB")
        }
    }
}

/// A source that throws.
private final class BrokenSource: ByteSource {
    struct Broken: Error {}

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { throw Broken() }
}

/// Runs `body` while blocks of more than 4 KiB can be allocated only up to `space` bytes of address space in total.
private func withMemory<Result>(_ space: rlim_t, _ body: () -> Result) -> Result {
    let small = (0..<6000).map { malloc(16 * ($0 % 255 + 1)) }
    setAddressSpace(space)
    // Each block begins with the address of the one before.
    var taken: UnsafeMutableRawPointer?
    for size in [1 << 20, 1 << 16, 1 << 14, 4112] {
        while space == 0 || taken == nil, let block = malloc(size) {
            block.storeBytes(of: taken, as: UnsafeMutableRawPointer?.self)
            taken = block
        }
    }
    // Every other one, or they would grow together into large ones.
    for index in small.indices where index % 2 == 0 { free(small[index]) }
    // The array itself is a large block, which must not be free yet.
    let result = withExtendedLifetime(small) { body() }
    setAddressSpace(.max)
    while let block = taken {
        taken = block.load(as: UnsafeMutableRawPointer?.self)
        free(block)
    }
    return result
}

/// The address space of the process, in bytes.
private func addressSpace() throws -> Int {
    let fields = try File("/proc/self/statm", for: .reading).readBytes(1000)
    return try #require(Int(String(decoding: fields.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))) * 4096
}

private func setAddressSpace(_ size: rlim_t) {
    var limit = rlimit(rlim_cur: size, rlim_max: rlim_t.max)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
}
