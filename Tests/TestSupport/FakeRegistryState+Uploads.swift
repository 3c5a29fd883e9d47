import OCI

/// Pushing of blobs (OCI distribution-spec, "Pushing blobs").
extension FakeRegistryState {
    /// Answers `POST` to the uploads of a repository: mounts a blob or starts an upload.
    mutating func startUpload(_ request: LoopbackRequest, _ name: String, storage: String) -> LoopbackResponse {
        guard request.method == "POST" else { return .registryError(405, "UNSUPPORTED") }
        if switches.peculiarities.refusesMounts, !request.query("mount").isEmpty {
            return .registryError(405, "UNSUPPORTED")
        }
        if let digest = request.query("mount").first, let from = request.query("from").first, switches.mounts,
            blob(digest, in: from) != nil
        {
            repositories[name, default: Repository()].blobs.insert(digest)
            return created(digest, name)
        }
        issued += 1
        let id = "upload-\(issued)"
        let upload = Upload(repository: name)
        uploads[id] = upload
        return progress(202, upload, id, request, storage)
    }

    /// Answers a request to an upload that has started.
    mutating func continueUpload(
        _ request: LoopbackRequest,
        _ name: String,
        _ id: String,
        storage: String
    ) -> LoopbackResponse {
        guard var upload = uploads[id], upload.repository == name else {
            return .registryError(404, "BLOB_UPLOAD_UNKNOWN")
        }
        guard request.query("_state") == [upload.state] || !switches.dropsBrokenUploads else {
            uploads[id] = nil
            return .registryError(400, "BLOB_UPLOAD_INVALID")
        }
        if let limit = switches.largestRequest, request.bodySize > limit {
            return LoopbackResponse(status: 413, text: "<html><center>nginx</center></html>")
        }
        switch request.method {
        case "GET":
            return progress(204, upload, id, request, storage)
        case "DELETE":
            uploads[id] = nil
            return LoopbackResponse(status: 204)
        case "PATCH" where switches.refusesChunks:
            return .registryError(405, "UNSUPPORTED")
        case "PATCH":
            if let range = request.headers["Content-Range"], !range.hasPrefix("\(upload.bytes.count)-") {
                return progress(416, upload, id, request, storage)
            }
            upload.bytes += request.body
            uploads[id] = upload
            return progress(202, upload, id, request, storage)
        case "PUT":
            let bytes = upload.bytes + request.body
            let digest = ContentHash.digest(of: bytes).description
            guard request.query("digest") == [digest] else { return .registryError(400, "DIGEST_INVALID") }
            uploads[id] = nil
            _ = addBlob(bytes, to: name)
            return created(digest, name)
        default:
            return .registryError(405, "UNSUPPORTED")
        }
    }

    private func created(_ digest: String, _ name: String) -> LoopbackResponse {
        let location = (name: "Location", value: "/v2/\(name)/blobs/\(digest)")
        return LoopbackResponse(status: 201, headers: LoopbackHeaders([location] + digestHeader(digest)))
    }

    /// A response with the offset and the location of the upload.
    private func progress(
        _ status: Int,
        _ upload: Upload,
        _ id: String,
        _ request: LoopbackRequest,
        _ storage: String
    ) -> LoopbackResponse {
        let state = upload.state.replacing("/", with: "%2F").replacing("+", with: "%2B").replacing("=", with: "%3D")
        let path = "\(switches.peculiarities.uploadPrefix)/v2/\(upload.repository)/blobs/uploads/\(id)?_state=\(state)"
        let host = "http://\(request.headers["Host"] ?? "")"
        let location =
            switch switches.location {
            case .absolute: host + path
            case .relative: path
            case .otherHost: (storage.isEmpty ? host : storage) + path
            }
        var headers: LoopbackHeaders = [
            "Location": location,
            "Range": "0-\(max(0, upload.bytes.count - 1))",
            "Docker-Upload-UUID": id,
        ]
        headers["OCI-Chunk-Min-Length"] = switches.shortestChunk.map(String.init)
        return LoopbackResponse(status: status, headers: headers)
    }
}
