import CCurl

/// An easy handle of libcurl with its connections, and the loop that runs it.
///
/// The easy handle has its own multi handle because a multi handle can be woken: a cancelled transfer ends at once
/// rather than within a second.
///
/// `@unchecked Sendable`: one thread at a time runs the engine; other threads only call `wake`, which libcurl allows.
final class TransferEngine: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer?
    private let easy: UnsafeMutableRawPointer?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let configuration: HTTPClient.Configuration
    private let share: CurlShare

    /// The connections kept by a thread: registry, token server, storage after redirects, and a few more.
    private static let keptConnections = 8

    static let initialized: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(_ configuration: HTTPClient.Configuration, _ share: CurlShare) {
        let works = Self.initialized == CURLE_OK
        multi = works ? curl_multi_init() : nil
        easy = works ? curl_easy_init() : nil
        self.configuration = configuration
        self.share = share
        if let easy, let caches = share.handle { _ = shim_easy_setopt_pointer(easy, CURLOPT_SHARE, caches) }
        if let multi {
            // On failure, libcurl's default of four applies.
            _ = shim_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnections)
        }
    }

    deinit {
        if let easy { curl_easy_cleanup(easy) }
        if let multi { curl_multi_cleanup(multi) }
        errorText.deallocate()
    }

    /// Wakes a running transfer so that it checks for cancellation. Safe on any thread.
    func wake() {
        if let multi { curl_multi_wakeup(multi) }
    }

    /// Runs the transfer to its end on the calling thread.
    func run(_ transfer: Transfer) -> Result<HTTPResponseHead, any Error> {
        Result { try withExtendedLifetime(transfer) { try perform(transfer) } }
    }

    private func perform(_ transfer: Transfer) throws -> HTTPResponseHead {
        let authority = transfer.address.authority
        guard let multi, let easy else {
            throw HTTPError(.failed, "\(authority) was not asked: libcurl could not be initialized")
        }
        guard transfer.rewind() else { throw transfer.failure ?? CancellationError() }

        let options = CurlOptions(easy: easy, authority: authority)
        let request = transfer.request
        let headers = try CurlHeaderList(request.headers, authority: authority, isSigned: request.signature != nil)
        errorText.pointee = 0
        try options.set(configuration, errorText: errorText)
        try options.set(transfer, headers: headers, configuration)

        let code = try withExtendedLifetime(headers) { try loop(multi, easy, transfer) }
        if code == CURLE_OK, let head = transfer.head { return head }
        if let failure = transfer.failure { throw failure }
        guard !transfer.isCancelled else { throw CancellationError() }
        let proxy = try configuration.proxies.proxy(for: transfer.address)
        var failure = options.failure(code, text: String(cString: errorText), proxy: proxy)
        failure.isInHead = failure.isInHead && transfer.head == nil
        throw HTTPError(failure, authority: authority)
    }

    /// - Returns: libcurl's result of the transfer; `CURLE_ABORTED_BY_CALLBACK` if it was cancelled.
    private func loop(
        _ multi: UnsafeMutableRawPointer,
        _ easy: UnsafeMutableRawPointer,
        _ transfer: Transfer
    ) throws -> CURLcode {
        let authority = transfer.address.authority
        try Self.check(curl_multi_add_handle(multi, easy), authority)
        defer { curl_multi_remove_handle(multi, easy) }

        var running: Int32 = 1
        let start = ContinuousClock.now
        while true {
            try Self.check(curl_multi_perform(multi, &running), authority)
            guard running > 0 else { break }
            guard !transfer.isCancelled else { return CURLE_ABORTED_BY_CALLBACK }
            guard !transfer.isLate(since: start) else {
                throw HTTPError(.timedOut, "\(authority) timed out: the response is not complete")
            }
            try Self.check(curl_multi_poll(multi, nil, 0, 1000, nil), authority)
        }

        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
        }
        throw HTTPError(.failed, "the transfer with \(authority) ended without a result")
    }

    private static func check(_ code: CURLMcode, _ authority: String) throws(HTTPError) {
        guard code == CURLM_OK else {
            throw HTTPError(
                .failed,
                "the transfer with \(authority) failed: \(String(cString: curl_multi_strerror(code)))"
            )
        }
    }
}
