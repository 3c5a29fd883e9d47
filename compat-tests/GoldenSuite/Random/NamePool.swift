/// The names in the lists of random cases.
enum NamePool {
    private static let digest = "@sha256:" + String(repeating: "5e", count: 32)

    /// References as in Rancher's lists and in those of its users. Some are prefixes of others.
    static let images = [
        "rancher/rancher:v2.14.4", "rancher/rancher-agent:v2.14.4", "rancher/shell:v0.6.2", "rancher/pause:3.6",
        "rancher/pause:3.6-rc1", "rancher/pause", "rancher/wins:v0.5.0", "rancher/fleet-agent:v0.13.0",
        "rancher/mirrored-coredns-coredns:1.12.3", "rancher/mirrored-pause:3.7-windows-1809", "busybox", "nginx:1.27",
        "docker.io/library/alpine:3.20", "quay.io/jetstack/cert-manager-controller:v1.13.0", "ghcr.io/team/app",
        "registry.k8s.io/pause:3.10", "localhost:5000/team/tool:1", "mirror.example.com:5000/rancher/shell:v0.6.2",
        "rancher/rancher" + digest, "rancher/shell:v0.6.2" + digest, "rancher/under_score__name:v1_2.3-x",
    ]

    /// Names that docker refuses, or that a shell takes for something else.
    static let strangeImages = [
        "Rancher/Capital:v1", "rancher/größe:v1", "rancher/all:*", "*", "[a-z]*.txt", "rancher/$HOME:v1", "$(id)",
        "`id`",
        "rancher/it's:v1", "rancher/\"quoted\":v1", "rancher/back\\slash:v1", "-n", "--help", "/leading:v1",
        "two//slashes:v1",
        "trailing/", ":", "@", "two words:v1", "rancher/one:v1 rancher/two:v1", "rancher/shell:v1 # why", "%s:%d",
        "rancher/" + String(repeating: "long", count: 80) + ":v1", "\u{FEFF}rancher/mark:v1",
        "https://quay.io/team/app:v1",
    ]

    /// Charts as in Rancher's lists.
    static let charts = [
        "rancher/charts/fleet:107.0.0_up0.13.0", "rancher/charts/fleet-crd:107.0.0_up0.13.0",
        "rancher/charts/webhook:1.2.3",
        "rancher/charts/webhook:1.2.3-rc.1", "docker.io/rancher/charts/turtles:0.20.0",
    ]

    /// Charts of other registries, and such that are none.
    static let strangeCharts = [
        "localhost:5000/rancher/charts/fleet:107.0.0", "rancher/charts/untagged", "rancher/charts/pinned" + digest,
        "rancher/charts/deep/er:2.0.0", "xrancher/charts/other:1", "rancher/charts/", "rancher/charts/two__under:1_2_3",
    ]

    /// Registries to pull from and to push to.
    static let registries = [
        "registry.example.com", "registry.example.com:5000", "harbor.example.com/project",
        "harbor.example.com/project/",
        "registry.example.com:5000/", "localhost:5000", "localhost:5000/mirror", "127.0.0.1:5000", "10.0.0.7:5000",
    ]

    /// Words that are no registry, or one that is seldom seen.
    static let strangeRegistries = [
        "registry.example.com//", "/", "[::1]:5000", "0.0.0.0:5000", "https://registry.example.com",
        "http://localhost:5000",
        "REGISTRY.example.com", "localhostile.example.com", "127.0.0.10", "-r", " registry.example.com",
    ]
}
