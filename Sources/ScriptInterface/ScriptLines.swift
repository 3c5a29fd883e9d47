/// Every line of standard output, to the byte, without its newline. Nothing else is printed there.
public enum ScriptLines {}

// MARK: Both families

extension ScriptLines {
    /// The first line of the usage text.
    ///
    /// - Parameter programName: the program as it was typed.
    public static func usage(_ program: Program, _ mode: ScriptMode, programName: String) -> String {
        let source = " [--source-registry index.docker.io]"
        let flags =
            switch (program, mode) {
            case (.save, .shell): " [--image-list rancher-images.txt] [--images rancher-images.tar.gz]"
            case (.save, .powerShell):
                " [--image-list rancher-windows-images.txt] [--images rancher-windows-images.tar.gz]" + source
            case (.load, .shell): " [--images rancher-images.tar.gz]" + source + " --registry my.registry.com:5000"
            case (.load, .powerShell):
                " [--images rancher-windows-images.tar.gz]" + source + " --registry my.registry.com:5000"
            }
        return "USAGE: " + programName + flags
    }
}

// MARK: rancher-save-images.sh

extension ScriptLines {
    /// An image was pulled.
    public static func pullSuccess(_ reference: String) -> String { "Image pull success: \(reference)" }

    /// An image was neither pulled nor in the local store.
    public static func pullFailed(_ reference: String) -> String { "Image pull failed: \(reference)" }

    /// There is nothing to save.
    public static func skipping(_ archive: String) -> String { "No docker images pulled; skipping \(archive)." }

    /// The archive is about to be written.
    public static func creating(_ archive: String, count: Int) -> String { "Creating \(archive) with \(count) images" }
}

// MARK: rancher-load-images.sh

extension ScriptLines {
    /// A manifest list is about to be made.
    public static func preparingManifest(_ target: String, architectures: [String]) -> String {
        "Preparing manifest \(target), list[\(architectures.joined(separator: " "))]"
    }
}

// MARK: Charts, in the shell scripts

extension ScriptLines {
    /// Helm handles the charts.
    public static let helmFallback =
        "WARNING: Docker is not using the containerd snapshotter; falling back to helm CLI for OCI Helm charts."

    /// A chart is about to be pulled.
    public static func pullingChart(_ reference: String) -> String { "Pulling chart: \(reference)..." }

    /// A chart was pulled.
    public static func chartPullSuccess(_ reference: String) -> String { "Chart pull success: \(reference)" }

    /// The two last lines of a save with charts, the first of them empty.
    public static func chartsSaved(count: Int) -> [String] {
        let folder = Chart.folder
        return [
            "",
            "OCI Helm charts saved in \(folder)/ (\(count) files). Used by rancher-load-images.sh."
                + " Remove with: rm -rf \(folder)",
        ]
    }

    /// A chart is about to be pushed.
    ///
    /// - Parameters:
    ///   - file: the chart's path below the current folder.
    ///   - destination: `oci://REGISTRY/NAMESPACE`.
    public static func chartPush(_ file: String, to destination: String) -> String {
        "Helm chart push: \(file) -> \(destination)"
    }

    /// A chart's file is not there.
    public static func chartMissing(_ file: String) -> [String] {
        [
            "ERROR: Chart file missing: \(file)",
            "Expected location: \(Chart.folder)/",
            "Ensure rancher-save-images.sh completed successfully and",
            "rancher-oci-charts/ directory was transferred to this host.",
        ]
    }
}

// MARK: rancher-save-images.ps1

extension ScriptLines {
    /// The list is not there; usage follows.
    public static func listNotFound(_ list: String) -> String { "Could not find '\(list)' file" }

    /// An image is about to be pulled.
    public static func pulling(_ reference: String) -> String { "Pulling \(reference)" }

    /// No image was pulled.
    public static func nothingToSave(list: String) -> [String] {
        ["Could not save empty images to host", "Please verify the images of '\(list)' existing or not"]
    }
}

// MARK: rancher-load-images.ps1

extension ScriptLines {
    /// There is no registry to push to; usage follows.
    public static let registryRequired = "Registry address is required"

    /// The archive is not there; usage follows.
    public static func archiveNotFound(_ archive: String) -> String { "Could not find '\(archive)'" }

    /// The archive could not be loaded.
    public static func loadFailed(_ archive: String) -> String { "Could not load '\(archive)'" }

    /// An image is about to be tagged.
    public static func tagging(_ target: String) -> String { "Tagging \(target)" }
}

// MARK: docker, when its output is no terminal

extension ScriptLines {
    /// `docker load`: an image of the archive that has a name.
    public static func loaded(_ familiarReference: String) -> String { "Loaded image: \(familiarReference)" }

    /// `docker load`: an image of the archive that has no name.
    public static func loaded(id: String) -> String { "Loaded image ID: \(id)" }

    /// `docker push`: the first line.
    ///
    /// - Parameter repository: with its registry, without a tag.
    public static func pushing(to repository: String) -> String { "The push refers to repository [\(repository)]" }

    /// `docker push`: a blob was sent.
    public static func pushed(_ shortID: String) -> String { "\(shortID): Pushed" }

    /// `docker push`: the repository has the blob.
    public static func alreadyExists(_ shortID: String) -> String { "\(shortID): Layer already exists" }

    /// `docker push`: the registry took the blob from another of its repositories.
    public static func mounted(_ shortID: String, from repository: String) -> String {
        "\(shortID): Mounted from \(repository)"
    }

    /// `docker push`: the last line.
    ///
    /// - Parameter size: of the manifest, in bytes.
    public static func pushed(tag: String, digest: String, size: Int) -> String {
        "\(tag): digest: \(digest) size: \(size)"
    }

    /// `docker pull`: the first line.
    ///
    /// - Parameter path: the repository without its registry.
    public static func pulling(tag: String, from path: String) -> String { "\(tag): Pulling from \(path)" }

    /// `docker pull`: the digest of what was pulled.
    public static func pulled(digest: String) -> String { "Digest: \(digest)" }

    /// `docker pull`: the line before the last one, which is the full reference.
    public static func downloaded(_ familiarReference: String) -> String {
        "Status: Downloaded newer image for \(familiarReference)"
    }

    /// `docker manifest create`.
    ///
    /// - Parameter reference: the full one, with its registry.
    public static func createdManifestList(_ reference: String) -> String { "Created manifest list \(reference)" }
}
