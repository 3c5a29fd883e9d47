import HTTP
import OCI

/// A decision of the registry client, without secrets, for traces.
package enum RegistryEvent: Sendable {
    /// The cause of a retry.
    package enum Cause: Sendable {
        /// The response had this status.
        case status(Int)
        /// The response was missing or incomplete, for this reason.
        case failure(String)
    }

    /// A change in the upload of a blob.
    package enum UploadTurn: Sendable {
        /// The upload resumes at an offset.
        case continues(at: Int64)
        /// The upload starts over, because the registry no longer has it.
        case startsOver
        /// The upload continues in chunks, because a request of another size was rejected as too large.
        case pieces(of: Int64, refused: Int64)
        /// The upload uses a single request, because the registry does not support chunks.
        case oneChunk
    }

    /// A registry or a mirror was reached.
    ///
    /// - Parameters:
    ///   - url: The URL of its API.
    ///   - isVerified: Whether its certificate was verified; meaningless without TLS.
    ///   - clientCertificate: The file of the client certificate that is sent on request.
    case reached(registry: String, url: String, isVerified: Bool, clientCertificate: String?)
    /// Credentials are sent to a registry or its token server, or a token is requested without credentials.
    ///
    /// - Parameter login: The description, such as `login of user me from /root/.docker/config.json`.
    case login(registry: String, login: String?, recipient: String)
    /// A mirror failed, and the next one or the registry itself is tried.
    case passesOver(mirror: String, Cause)
    /// A request is retried after a wait.
    case retry(host: String, after: Duration, Cause)
    /// The upload of a blob changes.
    case upload(Digest, Repository, UploadTurn)
}

extension RegistryEvent {
    /// Creates the event for a reached registry or mirror.
    static func reached(_ registry: String, _ endpoint: RegistryEndpoint) -> RegistryEvent {
        .reached(
            registry: registry,
            url: endpoint.url(""),
            isVerified: endpoint.security.verifiesCertificate,
            clientCertificate: endpoint.security.clientCertificate?.certificate
        )
    }
}

/// Receives events on any thread.
package typealias RegistryTrace = @Sendable (RegistryEvent) -> Void
