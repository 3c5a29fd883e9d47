import CCurl

extension HTTPClient {
    /// The version of libcurl that runs, for instance `8.5.0`.
    package static var libraryVersion: String {
        String(cString: curl_version_info(CURLVERSION_FIRST).pointee.version)
    }
}
