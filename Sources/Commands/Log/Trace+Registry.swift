import Engine
import OCI
import Registry

extension Trace {
    static func line(_ event: RegistryEvent) -> String {
        switch event {
        case .reached(let registry, let url, let isVerified, let certificate):
            "\(registry) is reached at \(url) \(security(url, isVerified, certificate))"
        case .login(let registry, let login?, let recipient) where registry == recipient:
            "\(registry) gets the \(login)"
        case .login(let registry, let login?, let recipient):
            "the token server of \(registry), \(recipient), gets the \(login)"
        case .login(let registry, nil, let recipient):
            "the token server of \(registry), \(recipient), is asked without a login"
        case .passesOver(let mirror, let cause): "the mirror \(mirror) does not help: \(text(cause))"
        case .retry(let host, let wait, let cause):
            "\(host) is asked again \(wait == .zero ? "at once" : "after \(wait.text)"): \(text(cause))"
        case .upload(let digest, let repository, let turn):
            "the upload of \(digest.short) to \(repository) \(text(turn))"
        }
    }

    private static func security(_ url: String, _ isVerified: Bool, _ certificate: String?) -> String {
        guard url.hasPrefix("https://") else { return "without TLS" }
        return (isVerified ? "with TLS" : "with TLS, whatever its certificate")
            + (certificate.map { ", with the client certificate \($0) if the server requests one" } ?? "")
    }

    private static func text(_ cause: RegistryEvent.Cause) -> String {
        switch cause {
        case .status(let status): "it answered \(status)"
        case .failure(let reason): reason
        }
    }

    private static func text(_ turn: RegistryEvent.UploadTurn) -> String {
        switch turn {
        case .continues(let offset): "resumes after \(ByteCount(offset)), which the registry has"
        case .startsOver: "starts over, in chunks: the registry no longer has the bytes that were sent"
        case .pieces(let size, let refused):
            "continues in chunks of \(ByteCount(size)): \(ByteCount(refused)) were refused as too large"
        case .oneChunk: "is sent as one chunk: the registry accepts no others"
        }
    }

    static func line(_ outcome: BlobOutcome, of image: String) -> String {
        let blob = "\(outcome.isLayer ? "layer" : "configuration") \(outcome.blob.digest.short)"
        let fate =
            switch outcome.result {
            case .existing: "was in the registry"
            case .mounted(let repository): "was mounted from \(repository)"
            case .uploaded: "was sent"
            case .fetched: "was fetched"
            case .copied: "was copied from docker's local store"
            case .continued: "was in the unfinished archive"
            case .reused: "was copied from another archive"
            case .omitted: "was left out, since another archive has it"
            }
        return "\(image): \(blob), \(ByteCount(outcome.blob.size)), \(fate)"
    }
}
