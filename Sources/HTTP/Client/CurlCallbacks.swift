import CCurl

// Callbacks for libcurl. The context is the `Transfer`, which the engine keeps alive while libcurl runs.

private func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

/// Receives a header line. Returning a number other than the line's length ends the transfer.
let curlHeader: curl_write_callback = { bytes, size, count, context in
    guard let bytes, let context, size * count > 0 else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).receiveHeader(line) ? line.count : 0
}

/// Receives a piece of the body. Returning a number other than the piece's length ends the transfer.
let curlWrite: curl_write_callback = { bytes, size, count, context in
    guard let bytes, let context, size * count > 0 else { return 0 }
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).receive(piece) ? piece.count : 0
}

/// Reads the next bytes of the request's body.
let curlRead: curl_read_callback = { bytes, size, count, context in
    guard let bytes, let context else { return Int(CURL_READFUNC_ABORT) }
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).send(buffer) ?? Int(CURL_READFUNC_ABORT)
}

/// Rewinds the request's body; libcurl needs no other position for HTTP.
let curlSeek: curl_seek_callback = { context, offset, origin in
    guard let context, offset == 0, origin == SEEK_SET, transfer(context).rewindForRetry() else {
        return CURL_SEEKFUNC_FAIL
    }
    return CURL_SEEKFUNC_OK
}
