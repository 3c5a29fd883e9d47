import CCurl
import SystemIO

/// Header fields as a libcurl list, freed with the object.
final class CurlHeaderList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    /// - Parameter isSigned: Whether libcurl signs the request; it would include a removed field in the signature.
    init(_ headers: HTTPHeaders, authority: String, isSigned: Bool = false) throws(HTTPError) {
        for (name, value) in headers.entries {
            guard !name.isEmpty, (name + value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw HTTPError(
                    .badHeader,
                    "a header field for \(authority) has no name, or a line break or other control character in it"
                )
            }
            // libcurl removes the field for "Name:"; "Name;" is a field with an empty value.
            try append(value.isEmpty ? "\(name);" : "\(name): \(value)", authority)
        }
        // Many servers never send 100-continue, and libcurl would wait a second for it. libcurl expects it only for
        // bodies over 1 MiB; signed requests are smaller.
        if !isSigned { try append("Expect:", authority) }
    }

    deinit {
        curl_slist_free_all(head)
    }

    private func append(_ line: String, _ authority: String) throws(HTTPError) {
        guard let longer = curl_slist_append(head, line.nativeCString) else {
            throw HTTPError(.failed, "there is no memory for the header fields for \(authority)")
        }
        head = longer
    }
}
