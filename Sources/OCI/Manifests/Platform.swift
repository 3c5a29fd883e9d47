import SystemIO

/// The platform of an image: `os/architecture[/variant]` (OCI image-spec image-index.md, "platform").
package struct Platform: Codable, Hashable, Sendable {
    /// Go's name of the CPU: `amd64`, `arm64`.
    package var architecture: String
    /// Go's name of the operating system: `linux`, `windows`.
    package var os: String
    /// The version of Windows: `10.0.17763.1879`.
    package var osVersion: String?
    /// Features of Windows: `win32k`.
    package var osFeatures: [String]?
    /// The variant of the CPU: `v8`.
    package var variant: String?

    enum CodingKeys: String, CodingKey {
        case architecture, os, variant
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }

    package init(
        os: String,
        architecture: String,
        variant: String? = nil,
        osVersion: String? = nil,
        osFeatures: [String]? = nil
    ) {
        self.architecture = architecture
        self.os = os
        self.osVersion = osVersion
        self.osFeatures = osFeatures
        self.variant = variant
    }

    /// Decodes a platform. Missing fields are empty, as in Go.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        architecture = try container.decodeIfPresent(String.self, forKey: .architecture) ?? ""
        os = try container.decodeIfPresent(String.self, forKey: .os) ?? ""
        osVersion = try container.decodeIfPresent(String.self, forKey: .osVersion)
        osFeatures = try container.decodeIfPresent([String].self, forKey: .osFeatures)
        variant = try container.decodeIfPresent(String.self, forKey: .variant)
    }

    /// Parses `OS/ARCH[/VARIANT]`.
    ///
    /// - Returns: `nil` without two or three parts of letters, digits, `_` and `-`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isWord = { (part: Substring) in
            !part.isEmpty
                && part.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        }
        guard parts.count == 2 || parts.count == 3, parts.allSatisfy(isWord) else { return nil }
        self.init(
            os: parts[0].lowercased(),
            architecture: parts[1].lowercased(),
            variant: parts.count == 3 ? parts[2].lowercased() : nil
        )
    }

    /// The platform of Rancher's image lists.
    package static let linuxAMD64 = Platform(os: "linux", architecture: "amd64")

    /// The platform with containerd's canonical names of the architecture and the variant (`platforms.Normalize`).
    package var normalized: Platform {
        var result = self
        result.os = os.lowercased() == "macos" ? "darwin" : os.lowercased()
        let variant = variant?.lowercased() ?? ""
        switch (architecture.lowercased(), variant) {
        case ("i386", _): (result.architecture, result.variant) = ("386", nil)
        case ("x86_64", let level), ("x86-64", let level), ("amd64", let level):
            (result.architecture, result.variant) = ("amd64", level == "v1" || level.isEmpty ? nil : level)
        case ("aarch64", let level), ("arm64", let level):
            (result.architecture, result.variant) = (
                "arm64", level == "8" || level == "v8" || level.isEmpty ? nil : level
            )
        case ("armhf", _): (result.architecture, result.variant) = ("arm", "v7")
        case ("armel", _): (result.architecture, result.variant) = ("arm", "v6")
        case ("arm", ""), ("arm", "7"): (result.architecture, result.variant) = ("arm", "v7")
        case ("arm", "5"), ("arm", "6"), ("arm", "8"): (result.architecture, result.variant) = ("arm", "v" + variant)
        case (let other, let level): (result.architecture, result.variant) = (other, level.isEmpty ? nil : level)
        }
        return result
    }
}

extension Platform: CustomStringConvertible {
    /// `os/architecture[/variant]`.
    package var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}

/// A release of Windows for images: `1809`, `ltsc2022`.
package struct WindowsRelease: Sendable, Hashable {
    /// The end of image names: `NAME-windows-1809`.
    package let id: String
    /// The build, the third number of `os.version`.
    package let build: Int

    /// - Returns: `nil` if the build of the release is not known.
    package init?(_ id: String) {
        let builds = [
            "1809": 17763, "ltsc2019": 17763, "1903": 18362, "1909": 18363, "2004": 19041, "20H2": 19042,
            "ltsc2022": 20348, "ltsc2025": 26100,
        ]
        guard let build = builds[id] else { return nil }
        self.id = id
        self.build = build
    }

    /// The platform of the release's images.
    package var platform: Platform { Platform(os: "windows", architecture: "amd64", osVersion: "10.0.\(build)") }
}
