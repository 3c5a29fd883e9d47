/// An AWS signature (Signature Version 4): adds `Authorization` and `X-Amz-Date`. The signature covers the body, which
/// must be in memory.
package struct RequestSignature: Sendable, Hashable, CustomStringConvertible {
    /// The access key's ID, which is sent.
    package let keyID: String
    /// The secret access key, which is not sent.
    package let secret: String
    /// The region, for instance `eu-central-1`.
    package let region: String
    /// The service, for instance `ecr`.
    package let service: String

    package init(keyID: String, secret: String, region: String, service: String) {
        self.keyID = keyID
        self.secret = secret
        self.region = region
        self.service = service
    }

    /// Omits the secret, so that messages cannot contain it.
    package var description: String { "key \(keyID) for \(service) in \(region)" }
}
