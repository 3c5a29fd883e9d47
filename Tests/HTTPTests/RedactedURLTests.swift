import HTTP
import Testing

/// URLs in messages.
@Suite(.timeLimit(.minutes(1))) struct RedactedURLTests {
    @Test(arguments: [
        ("https://h:5/v2/", "https://h:5/v2/", "nothing to hide"),
        ("https://me:word@h/v2/", "https://…@h/v2/", "a user"),
        ("https://me:w/o@r?d#@h/v2/", "https://…@r?…", "a password that ends the host"),
        ("//me:word@h/x", "//…@h/x", "without a scheme"),
        ("me:word@h/x", "…@h/x", "without anything"),
        ("https://h/b?X-Amz-Signature=ab&digest=sha256:1", "https://h/b?X-Amz-Signature=…&digest=sha256:1", "signed"),
        ("/v2/u/1?_state=abc", "/v2/u/1?_state=…", "the state of an upload"),
        ("https://h/t?token", "https://h/t?…", "a word alone"),
        ("https://h/t?scope=a%3Ab&service=s&account=me", "https://h/t?scope=a%3Ab&service=s&account=me", "no secrets"),
        ("https://h/t?Digest=x&digest==y", "https://h/t?Digest=…&digest==y", "by their names to the letter"),
        ("https://h/t#access_token=x", "https://h/t", "a fragment"),
        ("https://h/t?", "https://h/t?", "an empty query"),
    ])
    func isShown(url: String, shown: String, reason: String) {
        #expect(RedactedURL.text(url) == shown, "\(reason)")
    }
}
