/// What a request is signed with where a service of AWS wants that (Signature Version 4): `Authorization` and `X-Amz-Date` are
/// added, and cover the body, which must lie in memory.
package struct RequestSignature: Sendable, Hashable, CustomStringConvertible {
    /// The access key's ID, which is sent.
    package let keyID: String
    /// The secret of the key, which is not.
    package let secret: String
    /// As in `eu-central-1`.
    package let region: String
    /// As in `ecr`.
    package let service: String

    /// A signature of these parts.
    package init(keyID: String, secret: String, region: String, service: String) {
        self.keyID = keyID
        self.secret = secret
        self.region = region
        self.service = service
    }

    /// Without the secret, so that it cannot get into a message by accident.
    package var description: String { "key \(keyID) for \(service) in \(region)" }
}
