import HTTP
import OCI

/// A decision on the way to a registry, for whoever watches. It has no secret in it.
package enum RegistryEvent: Sendable {
    /// Why something is tried again.
    package enum Cause: Sendable {
        /// The answer had this status.
        case status(Int)
        /// There was no answer, or no whole one, for this reason.
        case failure(String)
    }

    /// A turn in the upload of a blob.
    package enum UploadTurn: Sendable {
        /// It goes on where the registry says that it is, so many bytes from the start.
        case continues(at: Int64)
        /// It begins anew, since the registry no longer has it.
        case beginsAnew
        /// It goes in pieces of so many bytes, since a request with so many was refused as too large.
        case pieces(of: Int64, refused: Int64)
        /// It goes in one piece, since the registry takes no others.
        case whole
    }

    /// A registry or a mirror was reached.
    ///
    /// - Parameters:
    ///   - url: of its API.
    ///   - isVerified: whether its certificate was; it says nothing of a URL without TLS.
    ///   - clientCertificate: the file of the certificate that it is shown where it asks for one.
    case reached(registry: String, url: String, isVerified: Bool, clientCertificate: String?)
    /// A login goes to a registry or to its token server, or a token is asked for without one.
    ///
    /// - Parameter login: such as `login of user me from /root/.docker/config.json`.
    case login(registry: String, login: String?, recipient: String)
    /// A mirror does not help, and the next one or the registry itself is asked.
    case passesOver(mirror: String, Cause)
    /// A request is made again after a wait.
    case retry(host: String, after: Duration, Cause)
    /// The upload of a blob takes a turn.
    case upload(Digest, Repository, UploadTurn)
}

extension RegistryEvent {
    /// A registry or a mirror was reached this way.
    static func reached(_ registry: String, _ endpoint: RegistryEndpoint) -> RegistryEvent {
        .reached(
            registry: registry,
            url: endpoint.url(""),
            isVerified: endpoint.security.verifiesCertificate,
            clientCertificate: endpoint.security.clientCertificate?.certificate
        )
    }
}

/// Told of events as they come, from any thread.
package typealias RegistryTrace = @Sendable (RegistryEvent) -> Void
