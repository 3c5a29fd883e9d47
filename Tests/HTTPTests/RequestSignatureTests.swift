import HTTP
import Synchronization
import TestSupport
import Testing

/// Requests signed for AWS services.
@Suite(.timeLimit(.minutes(1))) struct RequestSignatureTests {
    private static let signature = RequestSignature(
        keyID: "AKIDEXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region: "eu-central-1",
        service: "ecr"
    )

    private static func isSigned(_ request: LoopbackRequest, secret: String = signature.secret) -> Bool {
        SignedRequest.isSigned(
            request,
            keyID: signature.keyID,
            secret: secret,
            region: signature.region,
            service: signature.service
        )
    }

    /// `post-vanilla` of AWS's test suite for Signature Version 4.
    @Test func signatureOfTheSpecification() {
        var request = LoopbackRequest(
            method: "POST",
            target: "/",
            headers: [
                "Host": "example.amazonaws.com", "X-Amz-Date": "20150830T123600Z",
                "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                    + " SignedHeaders=host;x-amz-date,"
                    + " Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ]
        )
        func isSigned() -> Bool {
            SignedRequest.isSigned(
                request,
                keyID: "AKIDEXAMPLE",
                secret: Self.signature.secret,
                region: "us-east-1",
                service: "service"
            )
        }
        #expect(isSigned())
        request.body = [1]
        #expect(!isSigned())
    }

    @Test func serviceAcceptsTheSignature() async throws {
        let received = Mutex<[LoopbackRequest]>([])
        let body = Array(#"{"repositoryName":"rancher/x"}"#.utf8)
        try await withServer { request in
            received.withLock { $0.append(request) }
            return LoopbackResponse()
        } _: { server, client in
            let request = HTTPRequest(
                .post,
                server.url + "/",
                headers: [
                    "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "A.CreateRepository",
                    "X-Amz-Security-Token": "a token/of+some=hours",
                ],
                body: .bytes(body),
                signature: Self.signature
            )
            _ = try await client.collect(request, limit: 100)
            // The signature of one request does not affect the next on the same connection.
            _ = try await client.collect(HTTPRequest(.get, server.url), limit: 100)
        }
        let requests = received.withLock(\.self)
        try #require(requests.count == 2)
        #expect(requests[0].body == body)
        #expect(requests[0].method == "POST")
        #expect(Self.isSigned(requests[0]))
        #expect(!Self.isSigned(requests[0], secret: "another"))
        #expect(requests[1].headers["Authorization"] == nil)
        #expect(requests[1].method == "GET" && requests[1].body.isEmpty)
    }

    @Test func streamIsNotSigned() async throws {
        try await withServer { _ in
            LoopbackResponse()
        } _: { server, client in
            let stream = PatternSource(length: 10).body
            let request = HTTPRequest(.post, server.url, body: stream, signature: Self.signature)
            let error = try await httpError { try await client.collect(request, limit: 100) }
            #expect(error?.code == .failed)
            #expect(server.requests.isEmpty)
        }
    }
}
