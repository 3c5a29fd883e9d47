import TestSupport

/// Made-up images under names of Rancher's list: each has a layer that many share, and one or two of its own.
enum SampleList {
    private static let names = [
        "rancher/shell:v0.4.1", "rancher/fleet:v0.13.1", "rancher/fleet-agent:v0.13.1",
        "rancher/rancher-webhook:v0.8.2", "rancher/system-agent:v0.3.13-suc", "rancher/kubectl:v1.33.1",
        "rancher/mirrored-pause:3.6", "rancher/mirrored-coredns-coredns:1.12.2", "rancher/hardened-etcd:v3.5.21-k3s1",
        "rancher/mirrored-cluster-api-controller:v1.10.2", "rancher/backup-restore-operator:v8.0.0",
        "rancher/mirrored-prometheus-prometheus:v3.2.1", "rancher/mirrored-grafana-grafana:11.5.5",
        "rancher/nginx-ingress-controller:v1.12.4", "rancher/mirrored-longhornio-longhorn-engine:v1.8.2",
        "rancher/rke2-runtime:v1.33.2-rke2r1", "rancher/rancher-agent:v2.12.0", "rancher/rancher:v2.12.0",
    ]

    /// Puts the images into a registry.
    ///
    /// - Returns: their names.
    static func fill(_ registry: FakeRegistry) -> [String] {
        let shared = (0..<3).map { noise(1_400_000 + 300_000 * $0, seed: UInt32(1000 + $0)) }
        for (index, name) in names.enumerated() {
            let parts = name.split(separator: ":").map(String.init)
            let own = noise(400_000 + 300_000 * (index * 7 % 11), seed: UInt32(index))
            registry.addImage(
                repository: parts[0],
                tag: parts[1],
                configuration: Array(#"{"os":"linux","architecture":"amd64","config":{"n":"\#(name)"}}"#.utf8),
                layers: [shared[index % 3], own]
            )
        }
        return names
    }

    private static func noise(_ count: Int, seed: UInt32) -> [UInt8] {
        var state = seed &* 2_654_435_761 | 1
        return (0..<count)
            .map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(truncatingIfNeeded: state >> 24)
            }
    }
}
