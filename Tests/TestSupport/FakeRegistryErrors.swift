extension LoopbackResponse {
    /// An error in distribution's form (OCI distribution-spec, "Error Codes"); `detail` is JSON.
    ///
    /// - Parameter message: The message of a product, instead of distribution's.
    static func registryError(
        _ status: Int,
        _ code: String,
        _ message: String? = nil,
        detail: String = "null"
    ) -> LoopbackResponse {
        let message = message ?? messages[code] ?? "unknown error"
        return LoopbackResponse(
            status: status,
            headers: ["Content-Type": "application/json; charset=utf-8"],
            text: #"{"errors":[{"code":"\#(code)","message":"\#(message)","detail":\#(detail)}]}"# + "\n"
        )
    }

    private static let messages = [
        "BLOB_UNKNOWN": "blob unknown to registry",
        "BLOB_UPLOAD_INVALID": "blob upload invalid",
        "BLOB_UPLOAD_UNKNOWN": "blob upload unknown to registry",
        "DENIED": "requested access to the resource is denied",
        "DIGEST_INVALID": "provided digest did not match uploaded content",
        "MANIFEST_BLOB_UNKNOWN": "blob unknown to registry",
        "MANIFEST_INVALID": "manifest invalid",
        "MANIFEST_UNKNOWN": "manifest unknown",
        "NAME_UNKNOWN": "repository name not known to registry",
        "TOOMANYREQUESTS": "too many requests",
        "UNAUTHORIZED": "authentication required",
        "UNAVAILABLE": "service unavailable",
        "UNSUPPORTED": "The operation is unsupported.",
    ]
}
