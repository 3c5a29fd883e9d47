import CCurl

// What libcurl calls. The last argument is always the transfer, which its engine keeps alive while libcurl runs.

private func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

/// Takes a header line. Another number than the line's length ends the transfer.
let curlHeader: curl_write_callback = { bytes, size, count, context in
    guard let bytes, let context, size * count > 0 else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).receiveHeader(line) ? line.count : 0
}

/// Takes a piece of the body. Another number than the piece's length ends the transfer.
let curlWrite: curl_write_callback = { bytes, size, count, context in
    guard let bytes, let context, size * count > 0 else { return 0 }
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).receive(piece) ? piece.count : 0
}

/// Gives the next bytes of the request's body.
let curlRead: curl_read_callback = { bytes, size, count, context in
    guard let bytes, let context else { return Int(CURL_READFUNC_ABORT) }
    let room = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).send(room) ?? Int(CURL_READFUNC_ABORT)
}

/// Goes back to the start of the request's body, which is the only place libcurl needs for HTTP.
let curlSeek: curl_seek_callback = { context, offset, origin in
    guard let context, offset == 0, origin == SEEK_SET, transfer(context).sendAnew() else { return CURL_SEEKFUNC_FAIL }
    return CURL_SEEKFUNC_OK
}
