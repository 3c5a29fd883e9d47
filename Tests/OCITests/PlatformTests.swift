import OCI
import Testing

@Suite(.timeLimit(.minutes(5))) struct PlatformTests {
    @Test(
        arguments: [
            ("linux/amd64", Platform(os: "linux", architecture: "amd64")),
            ("linux/arm64/v8", Platform(os: "linux", architecture: "arm64", variant: "v8")),
            ("Windows/AMD64", Platform(os: "windows", architecture: "amd64")),
            ("linux", nil), ("linux/", nil), ("/amd64", nil), ("linux/arm/", nil), ("linux/arm/v7/x", nil), ("", nil),
            ("linux/am d64", nil), ("linux,amd64", nil), ("linux/ämd64", nil),
        ] as [(String, Platform?)]
    )
    func text(text: String, platform: Platform?) {
        #expect(Platform(text) == platform)
    }

    @Test(
        "containerd's one name for each (platforms.Normalize)",
        arguments: [
            ("linux/x86_64", "linux/amd64"), ("linux/x86-64", "linux/amd64"), ("linux/amd64/v1", "linux/amd64"),
            ("linux/amd64/v2", "linux/amd64/v2"), ("linux/i386", "linux/386"), ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"), ("linux/arm64/8", "linux/arm64"), ("linux/arm64/v9", "linux/arm64/v9"),
            ("linux/arm", "linux/arm/v7"), ("linux/arm/6", "linux/arm/v6"), ("linux/armhf", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"), ("linux/riscv64", "linux/riscv64"), ("macos/arm64", "darwin/arm64"),
        ]
    )
    func normalized(text: String, name: String) throws {
        let platform = try #require(Platform(text))
        #expect(platform.normalized.description == name)
        #expect(platform.normalized.normalized == platform.normalized)
    }
}
