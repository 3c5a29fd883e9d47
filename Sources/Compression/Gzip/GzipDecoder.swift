import CZlib

/// Decompresses gzip members with zlib, which verifies their CRC and length. After the last member, zeros are padding and other
/// data is ignored, as by GNU gzip.
final class GzipDecoder: StreamDecoder {
    private enum Place {
        case member, afterMember, padding
    }

    private let stream = LibraryState(z_stream()) { inflateEnd($0) }
    private var place = Place.member

    init() throws(CompressionError.Reason) {
        // 15 bits of window, and 16 for the gzip header and trailer.
        let status = inflateInit2_(stream.pointer, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw zlibFault(status, message: nil) }
    }

    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError.Reason) -> DecodingStep {
        if place == .afterMember {
            // Another member begins with these two bytes; inflate needs a reset for it.
            if input.count < 2, input.first != 0, !isLast { return .produced(0) }
            if input.starts(with: [0x1F, 0x8B]) {
                inflateReset(stream.pointer)
                place = .member
            } else {
                place = .padding
            }
        }
        if place == .padding {
            input.removeFirst(bytes: input.prefix { $0 == 0 }.count)
            return input.isEmpty && !isLast ? .produced(0) : .ended
        }
        stream.pointer.pointee.next_in = input.mutableBytes
        stream.pointer.pointee.avail_in = input.count.asUInt32
        stream.pointer.pointee.next_out = output.bytes
        stream.pointer.pointee.avail_out = output.count.asUInt32
        let status = inflate(stream.pointer, Z_NO_FLUSH)
        input.removeFirst(bytes: Int(input.count.asUInt32 - stream.pointer.pointee.avail_in))
        switch status {
        case Z_STREAM_END: place = .afterMember
        case Z_OK, Z_BUF_ERROR: break
        default: throw zlibFault(status, message: stream.pointer.pointee.msg)
        }
        return .produced(Int(output.count.asUInt32 - stream.pointer.pointee.avail_out))
    }
}

/// Returns the reason for a status of zlib other than `Z_OK`.
func zlibFault(_ status: Int32, message: UnsafePointer<CChar>?) -> CompressionError.Reason {
    switch status {
    case Z_DATA_ERROR: .corrupted(message.map { String(cString: $0) } ?? "invalid data")
    case Z_NEED_DICT: .corrupted("it needs a dictionary")
    case Z_MEM_ERROR: .outOfMemory
    default: .library(code: Int(status))
    }
}
