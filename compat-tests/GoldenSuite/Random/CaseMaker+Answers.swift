import CaseFormat

extension CaseMaker {
    /// The images of a case.
    struct Images {
        /// The names in the list.
        let names: [String]
        /// The names in the list of Windows images.
        let windows: [String]
        /// The prefix of a name that is pulled, or tagged from.
        let source: String
        /// The prefix of a name that is pushed to.
        let registry: String
        /// The suffix of a name, in PowerShell's scripts.
        let ending: String

        /// The name that each image of the list is pulled from, and tagged from.
        var sources: [String] { names.map { (source == "/" ? "" : source) + $0 + ending } }

        /// The name that an image is pushed to.
        func target(_ name: String) -> String { registry + (name.contains("/") ? "" : "rancher/") + name + ending }
    }

    /// Adds what docker answers.
    mutating func addAnswers(to made: inout Case, _ images: Images) {
        if strange(0.25) {
            made.docker = nil
            return
        }
        // The share of failures: none, some, all.
        let share = pick([0, 0, 0.25, 0.25, 0.6, 1])
        if made.isLoad {
            addLoadFailures(to: &made, images, share)
        } else {
            made.docker?.pullFails = each(images.sources, share)
            if chance(0.4) { made.docker?.local = each(images.sources, 0.4) }
            if chance(0.07) { made.docker?.saveFails = true } else if chance(0.07) { made.docker?.saveBreaks = true }
        }
        var statuses: [String: Int32] = [:]
        for command in ["pull", "inspect", "save", "load", "tag", "push", "manifest create", "manifest push"]
        where chance(0.15) {
            statuses[command] = pick([2, 3, 125, 127], strange: [130, 143, 255])
        }
        if strange(0.3) { statuses["info"] = 1 }
        if !statuses.isEmpty { made.docker?.statuses = statuses }
        if chance(0.15) { made.docker?.warns = true }
    }

    private mutating func addLoadFailures(to made: inout Case, _ images: Images, _ share: Double) {
        let targets = images.names.map(images.target)
        let lists = targets + images.windows.map(images.target)
        if chance(0.5) { made.docker?.tagFails = each(images.sources, share) }
        if chance(0.5) { made.docker?.pushFails = each(targets + targets.map { $0 + "-linux-amd64" }, share) }
        if !images.windows.isEmpty {
            if chance(0.5) { made.docker?.manifestCreateFails = each(lists, share) }
            if chance(0.5) { made.docker?.manifestPushFails = each(lists, share) }
            if chance(0.2) { made.docker?.withoutTls = [String(images.registry.prefix { $0 != "/" })] }
        }
        if chance(0.5) { made.docker?.loads = images.sources }
        if chance(0.1) { made.docker?.loadFails = true }
    }

    /// Adds what docker and helm say of charts, and the files of charts.
    mutating func addCharts(to made: inout Case, _ images: Images) {
        let charts = images.names.filter { $0.contains("rancher/charts/") }
        guard !charts.isEmpty, !made.isPowerShell else { return }
        let containerd = "Storage Driver: overlayfs\n driver-type: io.containerd.snapshotter.v1\n"
        if chance(0.25) || strange() {
            made.docker?.info = pick(
                [containerd],
                strange: [
                    containerd.uppercased(), "", " containerd-snapshotter: true\n", "containerd snapshotters: none\n",
                ]
            )
        }
        guard chance(0.8) else { return }
        var helm = Answers.Helm()
        if chance(0.3) {
            helm.version = pick(
                ["v3.8.0+gd141386", "v3.19.0", "v4.0.1+g0000000", "v3.7.2+g663a896"],
                strange: [
                    "", "Client: v2.17.0+ga690bad", "3.14.2", "v4", "v10.0", "note: 1.27\nv3.14.2", "vx", "v3..9",
                ]
            )
        }
        if strange(0.3) { helm.statuses = ["version": 1] }
        if chance(0.2) { helm.warns = true }
        let files = charts.map(Self.file(of:))
        if made.isLoad {
            for file in files where chance(0.93) && !file.dropFirst(Self.directory.count).contains("/") {
                made.files[Case.key(file)] = Array("chart\n".utf8)
            }
            if chance(0.4) {
                helm.pushFails = each(files, 0.5)
                if chance(0.5) { helm.statuses = ["push": pick([2, 3], strange: [130])] }
            }
        } else {
            if chance(0.15) { made.files["rancher-oci-charts/older-1.0.0.tgz"] = Array("older\n".utf8) }
            if strange(0.3) { made.files["rancher-oci-charts/.hidden.tgz"] = Array("older\n".utf8) }
            if chance(0.12) { helm.pullFails = each(charts.map { "oci://" + images.source + Self.untagged($0) }, 0.5) }
        }
        made.helm = helm
    }

    private static let directory = "./rancher-oci-charts/"

    private static func untagged(_ chart: String) -> String {
        chart.lastIndex(of: ":").map { String(chart[..<$0]) } ?? chart
    }

    private static func file(of chart: String) -> String {
        let name = untagged(chart).split(separator: "/").last ?? ""
        let version = chart.split(separator: ":").last?.replacing("_", with: "+") ?? ""
        return "\(directory)\(name)-\(version).tgz"
    }
}
