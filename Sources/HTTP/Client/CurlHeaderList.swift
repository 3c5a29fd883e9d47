import CCurl
import SystemIO

/// Header fields in the form libcurl takes, freed with the object.
final class CurlHeaderList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    /// - Parameter isSigned: whether libcurl signs the request, in which it would count a field that is left out.
    init(_ headers: HTTPHeaders, authority: String, isSigned: Bool = false) throws(HTTPError) {
        for (name, value) in headers.entries {
            guard !name.isEmpty, (name + value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw HTTPError(
                    .badHeader,
                    "a header field for \(authority) has no name, or a line break or other control character in it"
                )
            }
            // libcurl takes "Name:" for the wish to leave the field out; "Name;" is a field without a value.
            try append(value.isEmpty ? "\(name);" : "\(name): \(value)", authority)
        }
        // Many servers never say 100-continue, and libcurl would wait a second for each. It asks for that only with bodies of more
        // than a mebibyte, which no signed one has.
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
