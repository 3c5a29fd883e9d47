import FoundationEssentials
import OCI

/// The answer of a token server (distribution, "Token Authentication Specification").
struct AccessToken: Sendable {
    let text: String
    private let expiry: ContinuousClock.Instant

    /// Whether the token is good for a request that is made now.
    func isValid(at now: ContinuousClock.Instant) -> Bool { now < expiry }

    /// - Parameters:
    ///   - json: the body of the answer; `access_token` wins over `token`.
    ///   - now: when the answer came.
    /// - Returns: `nil` where there is no token in it.
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
        // A token lives for a minute at least; it is renewed a little before its end, so that it does not end on the way.
        let seconds = min(max(answer.expiresIn ?? 60, 60), 86_400)
        expiry = now + .seconds(seconds - 10)
    }
}
