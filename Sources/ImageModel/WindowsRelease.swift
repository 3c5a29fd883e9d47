/// A release of Windows that images are made for: `1809`, `ltsc2022`.
package struct WindowsRelease: Sendable, Hashable {
    /// As it stands in names: `NAME-windows-1809`.
    package let id: String
    /// The build, which is the third number of `os.version`.
    package let build: Int

    /// - Returns: `nil` for one whose build is not known.
    package init?(_ id: String) {
        let builds = [
            "1809": 17763, "ltsc2019": 17763, "1903": 18362, "1909": 18363, "2004": 19041, "20H2": 19042,
            "ltsc2022": 20348, "ltsc2025": 26100,
        ]
        guard let build = builds[id] else { return nil }
        self.id = id
        self.build = build
    }

    /// The platform of its images.
    package var platform: Platform { Platform(os: "windows", architecture: "amd64", osVersion: "10.0.\(build)") }
}
