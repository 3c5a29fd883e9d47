/// How `docker save` lays out images that a graph driver holds: with their layers unpacked.
public enum GraphDriverFormat: Sendable {
    /// As Docker 28 does it, and 29 but for its version 1 images: an OCI layout beside docker's own `manifest.json`.
    case docker
    /// As Docker 20.10.24 does it: a folder a layer.
    case legacy
}
