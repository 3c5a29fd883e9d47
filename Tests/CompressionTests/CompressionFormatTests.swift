import Compression
import Testing

@Suite(.timeLimit(.minutes(5))) struct CompressionFormatTests {
    @Test(arguments: [
        ("nothing", [], CompressionFormat.none),
        ("gzip", [0x1F, 0x8B, 0x08, 0, 0], .gzip),
        ("gzip's magic with a method that does not exist", [0x1F, 0x8B, 0x07, 0, 0], .none),
        ("half a magic", [0x1F, 0x8B], .none),
        ("bzip2", Array("BZh9".utf8), .bzip2),
        ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
        ("zstd", [0x28, 0xB5, 0x2F, 0xFD], .zstd),
        ("the first skippable frame", [0x50, 0x2A, 0x4D, 0x18], .zstd),
        ("the last skippable frame", [0x5F, 0x2A, 0x4D, 0x18], .zstd),
        ("none of them", [0x60, 0x2A, 0x4D, 0x18], .none),
        ("a tar archive", Array("manifest.json\0\0\0".utf8), .none),
    ])
    func formatsAreDetected(why: String, bytes: [UInt8], format: CompressionFormat) {
        #expect(CompressionFormat.detect(bytes) == format, "\(why)")
    }
}
