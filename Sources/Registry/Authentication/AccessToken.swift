import FoundationEssentials
import OCI

/// A token server's response (distribution, "Token Authentication Specification").
struct AccessToken: Sendable {
    let text: String
    private let expiry: ContinuousClock.Instant

    /// Whether the token is valid for a request made now.
    func isValid(at now: ContinuousClock.Instant) -> Bool { now < expiry }

    /// - Parameters:
    ///   - json: The body of the response; `access_token` takes precedence over `token`.
    ///   - now: The time of the response.
    /// - Returns: `nil` if the body contains no token.
    init?(json: [UInt8], receivedAt now: ContinuousClock.Instant) {
        struct Answer: Decodable {
            var token: String?
            var accessToken: String?
            var expiresIn: Double?

            enum CodingKeys: String, CodingKey {
                case token
                case accessToken = "access_token"
                case expiresIn = "expires_in"
            }
        }
        guard let answer = try? StrictJSON.decode(Answer.self, from: json, comparing: .exact),
            let text = answer.accessToken ?? answer.token, !text.isEmpty
        else { return nil }
        self.text = text
        // A token is valid for at least a minute. It is renewed slightly early, so that it does not expire in transit.
        let seconds = min(max(answer.expiresIn ?? 60, 60), 86_400)
        expiry = now + .seconds(seconds - 10)
    }
}
