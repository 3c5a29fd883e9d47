import CZlib

/// Unpacks gzip members by zlib, which checks their CRC and length; what follows the last one is treated as GNU gzip does:
/// zeros are padding, all else is ignored.
final class GzipDecoder: StreamDecoder {
    private enum Place {
        case member, behindMember, padding
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
        if place == .behindMember {
            // A member begins with these two bytes; inflate has to be told that there is another one.
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
        case Z_STREAM_END: place = .behindMember
        case Z_OK, Z_BUF_ERROR: break
        default: throw zlibFault(status, message: stream.pointer.pointee.msg)
        }
        return .produced(Int(output.count.asUInt32 - stream.pointer.pointee.avail_out))
    }
}

/// The reason that a return code of zlib other than `Z_OK` stands for.
func zlibFault(_ status: Int32, message: UnsafePointer<CChar>?) -> CompressionError.Reason {
    switch status {
    case Z_DATA_ERROR: .corrupted(message.map { String(cString: $0) } ?? "invalid data")
    case Z_NEED_DICT: .corrupted("it needs a dictionary")
    case Z_MEM_ERROR: .outOfMemory
    default: .library(code: Int(status))
    }
}
