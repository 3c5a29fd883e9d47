import Engine
import SystemIO

/// The lines that are printed to standard output, byte for byte, without their newlines.
package enum ScriptLines {}

// MARK: Both families

extension ScriptLines {
    /// The first line of the usage text.
    ///
    /// - Parameter programName: `$0` of the scripts.
    package static func usage(_ program: Program, _ mode: ScriptMode, programName: String) -> String {
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
    package static func pullSuccess(_ reference: String) -> String { "Image pull success: \(reference)" }

    /// An image was not pulled, and is not in the local store.
    package static func pullFailed(_ reference: String) -> String { "Image pull failed: \(reference)" }

    /// No image can be saved.
    package static func skipping(_ archive: String) -> String { "No docker images pulled; skipping \(archive)." }

    /// The archive is about to be written.
    package static func creating(_ archive: String, count: Int) -> String { "Creating \(archive) with \(count) images" }
}

// MARK: rancher-load-images.sh

extension ScriptLines {
    /// A manifest list is about to be created.
    package static func preparingManifest(_ target: String, architectures: [String]) -> String {
        "Preparing manifest \(target), list[\(architectures.joined(separator: " "))]"
    }
}

// MARK: Charts, in the shell scripts

extension ScriptLines {
    /// Helm handles the charts.
    package static let helmFallback =
        "WARNING: Docker is not using the containerd snapshotter; falling back to helm CLI for OCI Helm charts."

    /// Charts cannot be handled.
    package static func chartsNotSupported(_ error: ChartSupportError) -> [String] {
        switch error {
        case .noHelm: noHelm
        case .oldHelm: oldHelm
        }
    }

    private static let noHelm = framed([
        "ERROR: List contains non-image OCI artifacts, which are not supported",
        "by docker's legacy storage drivers. You must take action in order to continue.",
        "",
        "Preferred: configure docker to use the containerd image store",
        "    https://docs.docker.com/engine/storage/containerd/#enable-containerd-image-store-on-docker-engine",
        "    NOTE: Switching image stores hides all images and containers currently present in the original docker"
            + " image store.",
        "",
        "Alternative: install the helm CLI:",
        "    https://helm.sh/docs/intro/install/",
    ])

    private static let oldHelm = framed([
        "ERROR: helm CLI is older than v3.8.0; OCI chart support requires helm 3.8.0+ (GA).",
        "",
        "Please upgrade helm to v3.8.0 or later:",
        "    https://helm.sh/docs/intro/install/",
        "",
        "For reference, older versions need HELM_EXPERIMENTAL_OCI=1 and are not supported here:",
        "    v3.7.2 - last pre-GA (OCI works only with HELM_EXPERIMENTAL_OCI=1)",
        "    v3.6.3 - older experimental-OCI",
        "    v3.4.2 - OCI very limited",
    ])

    private static func framed(_ lines: [String]) -> [String] {
        let rule = String(repeating: "=", count: 69)
        return [rule] + lines + [rule]
    }

    /// A chart is about to be pulled.
    package static func pullingChart(_ reference: String) -> String { "Pulling chart: \(reference)..." }

    /// A chart could not be pulled.
    ///
    /// - Parameter output: helm's output on both streams.
    package static func chartPullFailed(_ reference: String, output: [UInt8]) -> [String] {
        // The shell's `$(…)` drops these bytes.
        let text = output.filter { $0 != 0 }.trimmingSuffix { $0 == UInt8(ascii: "\n") }
        return [
            "Chart pull FAILED: \(reference)",
            "Error output:",
            String(nativeBytes: text),
            "",
            "ERROR: OCI Helm charts are required for Prime functionality.",
            "Cannot proceed with incomplete artifact set.",
        ]
    }

    /// A chart was pulled.
    package static func chartPullSuccess(_ reference: String) -> String { "Chart pull success: \(reference)" }

    /// The two last lines of a save with charts, the first of them empty.
    package static func chartsSaved(count: Int, in directory: String) -> [String] {
        [
            "",
            "OCI Helm charts saved in \(directory)/ (\(count) files). Used by rancher-load-images.sh."
                + " Remove with: rm -rf \(directory)",
        ]
    }

    /// A chart is about to be pushed.
    ///
    /// - Parameters:
    ///   - file: the chart's path, relative to the current directory.
    ///   - destination: `oci://REGISTRY/NAMESPACE`.
    package static func chartPush(_ file: String, to destination: String) -> String {
        "Helm chart push: \(file) -> \(destination)"
    }

    /// A chart's file is missing.
    package static func chartMissing(_ file: String, in directory: String) -> [String] {
        [
            "ERROR: Chart file missing: \(file)",
            "Expected location: \(directory)/",
            "Ensure rancher-save-images.sh completed successfully and",
            "rancher-oci-charts/ directory was transferred to this host.",
        ]
    }
}

// MARK: rancher-save-images.ps1

extension ScriptLines {
    /// The list does not exist; usage follows.
    package static func listNotFound(_ list: String) -> String { "Could not find '\(list)' file" }

    /// An image is about to be pulled.
    package static func pulling(_ reference: String) -> String { "Pulling \(reference)" }

    /// No image was pulled.
    package static func nothingToSave(list: String) -> [String] {
        ["Could not save empty images to host", "Please verify the images of '\(list)' existing or not"]
    }
}

// MARK: rancher-load-images.ps1

extension ScriptLines {
    /// No registry is given; usage follows.
    package static let registryRequired = "Registry address is required"

    /// The archive does not exist; usage follows.
    package static func archiveNotFound(_ archive: String) -> String { "Could not find '\(archive)'" }

    /// The archive could not be loaded.
    package static func loadFailed(_ archive: String) -> String { "Could not load '\(archive)'" }

    /// An image is about to be tagged.
    package static func tagging(_ target: String) -> String { "Tagging \(target)" }
}

// MARK: docker, when its output is no terminal

extension ScriptLines {
    /// `docker load`: an image with a name.
    package static func loaded(_ familiarReference: String) -> String { "Loaded image: \(familiarReference)" }

    /// `docker load`: an image without a name.
    package static func loaded(id: String) -> String { "Loaded image ID: \(id)" }

    /// `docker push`: the first line.
    ///
    /// - Parameter repository: the repository with its registry.
    package static func pushing(to repository: String) -> String { "The push refers to repository [\(repository)]" }

    /// `docker push`: a blob was uploaded.
    package static func pushed(_ shortID: String) -> String { "\(shortID): Pushed" }

    /// `docker push`: the repository already had the blob.
    package static func alreadyExists(_ shortID: String) -> String { "\(shortID): Layer already exists" }

    /// `docker push`: the registry mounted the blob from another repository.
    package static func mounted(_ shortID: String, from repository: String) -> String {
        "\(shortID): Mounted from \(repository)"
    }

    /// `docker push`: the last line.
    ///
    /// - Parameter size: the size of the manifest in bytes.
    package static func pushed(tag: String, digest: String, size: Int64) -> String {
        "\(tag): digest: \(digest) size: \(size)"
    }

    /// `docker manifest create`.
    ///
    /// - Parameter reference: the full reference, with its registry.
    package static func createdManifestList(_ reference: String) -> String { "Created manifest list \(reference)" }
}
