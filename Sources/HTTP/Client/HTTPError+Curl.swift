import CCurl
import Glibc

/// libcurl's details of a failed transfer.
struct CurlFailure {
    /// The result from `curl_multi_info_read`.
    let code: CURLcode
    /// The text in `CURLOPT_ERRORBUFFER`: hosts, numbers and causes, never URLs or header fields.
    let text: String
    /// `CURLINFO_OS_ERRNO`; 0 if unknown.
    let systemError: Int
    /// The proxy of the request; `nil` for none.
    let proxy: Proxy?
    /// The proxy's status for `CONNECT` (`CURLINFO_HTTP_CONNECTCODE`); 0 if no `CONNECT` was sent.
    let proxyStatus: Int
    /// OpenSSL's `X509_V_ERR` code in `CURLINFO_SSL_VERIFYRESULT`; 0 for a valid certificate.
    let verifyResult: Int
    /// Whether the request was sent and no complete head was received.
    var isInHead = false

    /// Whether the proxy refused the connection.
    var proxyRefused: Bool { proxyStatus != 0 && !(200...299).contains(proxyStatus) }
}

extension HTTPError {
    /// Creates the error for a failed transfer with the host at `authority`.
    init(_ failure: CurlFailure, authority: String) {
        let code = Self.code(for: failure)
        let text = failure.text.isEmpty ? String(cString: curl_easy_strerror(failure.code)) : failure.text
        let message =
            switch code {
            case .unresolvedHost: "the name of \(authority) has no address"
            case .refused, .unreachable:
                if let proxy = failure.proxy {
                    "\(authority) cannot be reached: the proxy \(proxy) cannot be connected to: \(text)"
                } else if code == .refused {
                    "\(authority) refused the connection: no process listens on that port"
                } else {
                    "\(authority) cannot be reached: \(text)"
                }
            // tinyproxy answers 401 to a wrong password.
            case .proxy where [401, 407].contains(failure.proxyStatus):
                "the proxy for \(authority) wants another login (\(failure.proxyStatus)): put its user and password into"
                    + " the proxy's variable, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
            case .proxy, .proxyUnavailable: "the proxy for \(authority) made no connection: \(text)"
            case .tls, .unknownAuthority, .certificateRequired: "TLS with \(authority) failed: \(text)"
            case .timedOut: "\(authority) took too long: \(text)"
            case .malformedResponse where Self.isLineTooLong(failure):
                "\(authority) answered with a header line that is too long: more than 100 KiB"
            case .malformedResponse: "\(authority) answered with something that is not HTTP: \(text)"
            case .interrupted: "the transfer with \(authority) broke off: \(text)"
            default: "the transfer with \(authority) failed: \(text)"
            }
        self.init(code, message, isOfProxy: failure.proxy != nil && [.refused, .unreachable].contains(code))
    }

    private static func code(for failure: CurlFailure) -> Code {
        switch failure.code {
        case CURLE_COULDNT_RESOLVE_HOST:
            .unresolvedHost
        case CURLE_COULDNT_RESOLVE_PROXY:
            .proxyUnavailable
        case CURLE_PROXY:
            .proxy
        case CURLE_COULDNT_CONNECT:
            failure.systemError == Int(ECONNREFUSED) ? .refused : .unreachable
        case CURLE_INTERFACE_FAILED:
            .unreachable
        case CURLE_SSL_CONNECT_ERROR:
            // libcurl reports this code both for a peer without TLS and for a connection that broke during the
            // handshake.
            wantsCertificate(failure.text) ? .certificateRequired : isBreak(failure.text) ? .interrupted : .tls
        case CURLE_PEER_FAILED_VERIFICATION where Self.unknownIssuer.contains(failure.verifyResult):
            .unknownAuthority
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            .tls
        case CURLE_OPERATION_TIMEDOUT:
            .timedOut
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            switch true {
            case failure.proxyRefused: failure.proxyStatus >= 500 ? .proxyUnavailable : .proxy
            // In TLS 1.3 the server reports this after the handshake.
            case wantsCertificate(failure.text): .certificateRequired
            default: .interrupted
            }
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING:
            .interrupted
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            // The URL's scheme was checked, so an unsupported protocol means a response that is not HTTP/1.
            .malformedResponse
        case _ where isLineTooLong(failure):
            .malformedResponse
        default:
            .failed
        }
    }

    /// Whether a header line exceeds libcurl's limit. libcurl reports out of memory, since version 8.6
    /// `CURLE_TOO_LARGE` (100).
    private static func isLineTooLong(_ failure: CurlFailure) -> Bool {
        failure.isInHead && (failure.code == CURLE_OUT_OF_MEMORY || failure.code.rawValue == 100)
    }

    /// OpenSSL's codes for an unknown issuer and for self-signed certificates (`x509_vfy.h`).
    private static let unknownIssuer: Set = [2, 18, 19, 20, 21]

    /// Whether the server requires a client certificate or rejected the one it received (RFC 8446, section 6.2).
    private static func wantsCertificate(_ text: String) -> Bool {
        ["alert certificate required", "alert bad certificate", "alert unknown ca", "alert certificate unknown"]
            .contains(where: text.contains)
    }

    private static func isBreak(_ text: String) -> Bool {
        text.contains("SSL_ERROR_SYSCALL") || text.contains("Connection reset")
    }
}
