import CCurl
import SystemIO

/// Sets options of an easy handle and converts failures to errors.
struct CurlOptions {
    let easy: UnsafeMutableRawPointer
    let authority: String

    /// Resets the options, but keeps the connections, and sets the options shared by all transfers.
    func set(_ configuration: HTTPClient.Configuration, errorText: UnsafeMutablePointer<CChar>) throws(HTTPError) {
        curl_easy_reset(easy)
        try set(CURLOPT_ERRORBUFFER, errorText)
        try set(CURLOPT_NOSIGNAL, 1)
        // A cancelled transfer does not wait for the thread that resolves its host name.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_USERAGENT, configuration.userAgent)

        try set(CURLOPT_CONNECTTIMEOUT, configuration.connectTimeoutSeconds)
        try set(CURLOPT_LOW_SPEED_LIMIT, configuration.leastBytesPerSecond)
        try set(CURLOPT_TCP_NODELAY, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        // libcurl 7 rejects the option if an earlier transfer kept its buffer, for instance after a failed name
        // resolution. The buffer has the right size then.
        _ = shim_easy_setopt_long(easy, CURLOPT_BUFFERSIZE, configuration.pieceSize)
        try set(CURLOPT_UPLOAD_BUFFERSIZE, 512 * 1024)

        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    }

    /// Sets the options of `transfer`. `transfer` and `headers` must outlive the transfer.
    func set(_ transfer: Transfer, headers: CurlHeaderList, _ configuration: HTTPClient.Configuration) throws(HTTPError)
    {
        let request = transfer.request
        try set(CURLOPT_URL, request.url)
        try check(shim_easy_setopt_list(easy, CURLOPT_HTTPHEADER, headers.head))
        try set(CURLOPT_LOW_SPEED_TIME, request.stallSeconds ?? configuration.stallSeconds)

        // Without both options, libcurl would read the environment.
        let proxy = try configuration.proxies.proxy(for: transfer.address)
        try set(CURLOPT_PROXY, proxy?.url ?? "")
        try set(CURLOPT_NOPROXY, "")
        // All versions decode this option; only older ones decode `CURLOPT_PROXYUSERNAME`.
        if let login = proxy?.login { try set(CURLOPT_PROXYUSERPWD, login) }
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)

        // The CA certificates are read for the first TLS connection.
        if proxy?.url.hasPrefix("https:") == true {
            try set(configuration.authorities, file: CURLOPT_PROXY_CAINFO, blob: CURLOPT_PROXY_CAINFO_BLOB)
        }
        if transfer.address.scheme == "https" { try set(request.security, default: configuration.authorities) }

        let context = Unmanaged.passUnretained(transfer).toOpaque()
        if let signature = request.signature {
            try set(signature, request)
        } else {
            try setMethod(request.method, length: transfer.body?.length, context)
        }
        try set(CURLOPT_HEADERDATA, context)
        try set(CURLOPT_WRITEDATA, context)
        try check(shim_easy_setopt_write(easy, CURLOPT_HEADERFUNCTION, curlHeader))
        try check(shim_easy_setopt_write(easy, CURLOPT_WRITEFUNCTION, curlWrite))
    }

    private func set(_ security: TransportSecurity, default authorities: CertificateAuthorities) throws(HTTPError) {
        if security.verifiesCertificate {
            try set(security.authorities ?? authorities, file: CURLOPT_CAINFO, blob: CURLOPT_CAINFO_BLOB)
        } else {
            try set(CURLOPT_SSL_VERIFYPEER, 0)
            try set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        if let client = security.clientCertificate {
            try set(CURLOPT_SSLCERT, file: client.certificate)
            try set(CURLOPT_SSLKEY, file: client.key)
        }
    }

    private func set(
        _ authorities: CertificateAuthorities,
        file: CURLoption,
        blob: CURLoption
    ) throws(HTTPError) {
        if let bundle = authorities.bundle {
            try check(bundle.withUnsafeBytes { shim_easy_setopt_blob(easy, blob, $0.baseAddress, $0.count) })
        } else if let path = authorities.file {
            try set(file, file: path)
        }
    }

    /// Lets libcurl sign the request. libcurl sends its own copy of the body, because it signs no streamed body.
    private func set(_ signature: RequestSignature, _ request: HTTPRequest) throws(HTTPError) {
        guard case .bytes(let body) = request.body else {
            throw HTTPError(.failed, "\(authority) was not asked: a request is signed only with a body in memory")
        }
        try set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
        try set(CURLOPT_USERNAME, signature.keyID)
        try set(CURLOPT_PASSWORD, signature.secret)
        try check(shim_easy_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        try check(body.withUnsafeBytes { shim_easy_setopt_bytes(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) })
        try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private func setMethod(
        _ method: HTTPMethod,
        length: Int64?,
        _ context: UnsafeMutableRawPointer
    ) throws(HTTPError) {
        if let length {
            // libcurl's upload mode applies to any method with a body: it streams the body and sends `Content-Length`.
            try set(CURLOPT_UPLOAD, 1)
            try check(shim_easy_setopt_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(length)))
            try set(CURLOPT_READDATA, context)
            try check(shim_easy_setopt_read(easy, CURLOPT_READFUNCTION, curlRead))
            try set(CURLOPT_SEEKDATA, context)
            try check(shim_easy_setopt_seek(easy, CURLOPT_SEEKFUNCTION, curlSeek))
        } else if method == .head {
            try set(CURLOPT_NOBODY, 1)
        }
        try set(CURLOPT_CUSTOMREQUEST, method.rawValue)
    }

    /// Returns libcurl's details of the failed transfer.
    func failure(_ code: CURLcode, text: String, proxy: Proxy?) -> CurlFailure {
        var systemError = 0
        var connectCode = 0
        var verifyResult = 0
        shim_easy_getinfo_long(easy, CURLINFO_OS_ERRNO, &systemError)
        shim_easy_getinfo_long(easy, CURLINFO_HTTP_CONNECTCODE, &connectCode)
        shim_easy_getinfo_long(easy, CURLINFO_SSL_VERIFYRESULT, &verifyResult)
        var requestSize = 0
        shim_easy_getinfo_long(easy, CURLINFO_REQUEST_SIZE, &requestSize)
        return CurlFailure(
            code: code,
            text: text,
            systemError: systemError,
            proxy: proxy,
            proxyStatus: connectCode,
            verifyResult: verifyResult,
            isInHead: requestSize > 0
        )
    }

    private func set(_ option: CURLoption, _ value: Int) throws(HTTPError) {
        try check(shim_easy_setopt_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(HTTPError) {
        try check(shim_easy_setopt_string(easy, option, value.nativeCString))
    }

    /// Sets the path of a file that libcurl reads.
    private func set(_ option: CURLoption, file path: String) throws(HTTPError) {
        if let problem = File.problem(ofConfiguration: path) {
            throw HTTPError(.tls, "\(authority) was not asked: cannot read \(path): \(problem)")
        }
        try set(option, path)
    }

    private func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) throws(HTTPError) {
        try check(shim_easy_setopt_pointer(easy, option, value))
    }

    private func check(_ code: CURLcode) throws(HTTPError) {
        guard code == CURLE_OK else {
            throw HTTPError(
                .failed,
                "\(authority) was not asked: libcurl refused an option: \(String(cString: curl_easy_strerror(code)))"
            )
        }
    }
}
