import HTTP
import OCI

/// A hint appended to an error message: empty, or beginning with a semicolon.
enum ErrorHint {
    /// Returns the hint for an unsuccessful response.
    ///
    /// - Parameters:
    ///   - reason: The registry's text, from any field.
    ///   - host: The registry.
    ///   - login: The description of the credentials, if they were refused.
    ///   - existing: The digest of another manifest with the same name; `nil` if unknown.
    static func text(
        on code: RegistryError.Code,
        status: Int,
        reason: String,
        host: String,
        _ login: CredentialDiagnostics?,
        existing: Digest? = nil
    ) -> String {
        let reason = reason.lowercased()
        if status < 500, ![401, 404, 429].contains(status) {
            // Harbor answers 403 for an exceeded quota and 412 for an immutable tag; ECR 400, and Nexus with another
            // text.
            if reason.contains("quota") {
                return "; the project is full: free space in it or raise its quota, and run this again"
            }
            if reason.contains("immutable") || reason.contains("does not allow updating") {
                let content = existing.map { "the tag is there with another content (\($0)), and a rule keeps it" }
                return "; \(content ?? "the tag is immutable"): push to another project, or lift the rule"
            }
        }
        switch code {
        case .unauthorized, .denied:
            return (login?.text ?? "") + "; log in as a user who may do this: \(waysToLogIn(to: host))"
        case .rateLimited: return "; try again later, or log in: \(waysToLogIn(to: host))"
        case .refused where status == 413: return "; \(proxyLimit)"
        case .unreachable: return "; try again later, and check the log of the registry"
        default: return ""
        }
    }

    /// Returns the hint for a response of a host that a registry redirects to, such as its storage.
    static func text(onAnswerOf target: String, redirectedFrom host: String, _ code: RegistryError.Code) -> String {
        switch code {
        case .unauthorized: "; log in there: 'docker login \(target)' or 'podman login \(target)'"
        case .rateLimited, .unreachable: "; try again later, and check the log of \(target)"
        default: "; check the storage that \(host) redirects to"
        }
    }

    /// The hint for a request that is too large for a proxy.
    static let proxyLimit = "raise the limit of the proxy before it, as with client_max_body_size in nginx"

    /// The hint for a registry that does not know an upload it just started.
    static let replicas = "if it has replicas, give them one storage and one http.secret, and check its log"

    private static func waysToLogIn(to host: String) -> String {
        "'docker login \(host)', 'podman login \(host)', or --username"
    }

    /// Returns the hint for a failed transfer.
    ///
    /// - Parameter domain: The registry; `nil` if the host may be another one after a redirect.
    static func text(on error: HTTPError, for domain: String?) -> String {
        switch error.code {
        case .unknownAuthority:
            let place = domain.map {
                "put the certificate of its authority into \(CertificateDirectories.place(for: $0)), or "
            }
            return "; \(place ?? "")name the file of the authority's certificate with --ca-file"
        case .certificateRequired:
            let directory = "/etc/docker/certs.d/\(domain ?? "HOST:PORT")/"
            return
                "; it wants a client certificate: put one into \(directory) as client.cert, and its key as client.key"
        case .tls where error.message.contains("wrong version number"):
            return "; if it is meant to be without TLS, name it with --insecure-registry \(domain ?? "HOST:PORT")"
        case .tls where error.message.contains("certificate"):
            return "; call it by a name that its certificate has, or have the certificate replaced"
        case .unresolvedHost:
            return "; check the name, and whether this network reaches it by a proxy (HTTPS_PROXY)"
        case .refused where error.isOfProxy, .unreachable where error.isOfProxy, .proxyUnavailable:
            return "; check the proxy that HTTPS_PROXY, HTTP_PROXY or docker's daemon.json names"
        case .proxy where !error.message.contains("wants another login"):
            return "; have the proxy let this host through, or name the host in NO_PROXY if it needs no proxy"
        case .refused:
            return "; check the port, and whether the registry is running"
        case .unreachable, .timedOut, .interrupted:
            return "; check the network and what stands on the way, or give it longer with --patience"
        case .hostFails: return "; try again later, and check the log of the registry"
        case .malformedResponse:
            return "; check its name and its port"
        default:
            return ""
        }
    }
}
