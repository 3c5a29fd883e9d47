import FoundationEssentials

/// A token server on 127.0.0.1 whose tokens `docker-registry` accepts (distribution, "Token Authentication Implementation").
///
/// It grants one user every scope, and others nothing. It runs until it is stopped.
public final class TestTokenServer: Sendable {
    private let server: LoopbackServer
    private let authority: TestAuthority

    /// Starts the server.
    public init(user: String, password: String) throws {
        authority = try TestAuthority()
        let signer = try authority.issue("signer", key: "rsa:2048")
        let directory = try TemporaryDirectory()
        let login = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
        server = try LoopbackServer { request in
            guard request.headers["Authorization"] == login else {
                return LoopbackResponse.registryError(401, "UNAUTHORIZED")
            }
            let token = try? Self.token(for: request, user, signer, in: directory)
            return LoopbackResponse(
                status: token == nil ? 500 : 200,
                headers: ["Content-Type": "application/json"],
                text: #"{"token":"\#(token ?? "")","expires_in":300}"#
            )
        }
    }

    /// Stops the server.
    public func stop() { server.stop() }

    /// The requests so far.
    public var requests: [LoopbackRequest] { server.requests }

    /// The `auth` section of a registry that accepts its tokens.
    public var auth: String {
        """
        {token: {realm: "\(server.url)/token", service: registry, issuer: test, rootcertbundle: "\(authority.certificate)"}}
        """
    }

    /// A JSON web token signed by openssl (RFC 7515, with RS256).
    private static func token(
        for request: LoopbackRequest,
        _ user: String,
        _ signer: (certificate: String, key: String),
        in directory: TemporaryDirectory
    ) throws -> String {
        let access = request.query("scope").flatMap { $0.split(separator: " ") }
            .map { scope in
                let parts = scope.split(separator: ":")
                let actions = parts[2].split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",")
                return #"{"type":"repository","name":"\#(parts[1])","actions":[\#(actions)]}"#
            }
        let der = try directory.shell("openssl x509 -in '\(signer.certificate)' -outform DER")
        let now = Int(Date().timeIntervalSince1970)
        let head = #"{"typ":"JWT","alg":"RS256","x5c":["\#(Data(der).base64EncodedString())"]}"#
        let claims = """
            {"iss":"test","sub":"\(user)","aud":"registry","exp":\(now + 300),"nbf":\(now - 60),"iat":\(now),"jti":"1",\
            "access":[\(access.joined(separator: ","))]}
            """
        let text = "\(base64URL(Array(head.utf8))).\(base64URL(Array(claims.utf8)))"
        let signature = try directory.shell("printf %s '\(text)' | openssl dgst -sha256 -sign '\(signer.key)'")
        return "\(text).\(base64URL(signature))"
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
