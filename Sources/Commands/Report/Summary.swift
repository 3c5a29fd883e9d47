import CommandLine

/// The counts at the end of a run.
struct Summary: Equatable {
    /// The number of images in the list.
    let images: Int
    /// The references of failed images.
    let failedImages: [String]
    /// The number of charts, which are not counted as images.
    var charts = 0
    /// The references of failed charts.
    var failedCharts: [String] = []
    /// Whether signatures, attestations or other referrers of the images are left out.
    var lacksReferrers = false
    /// The archive that was not loaded, so that the pushed images are those of docker's local store.
    var unloaded: Unloaded?

    /// An archive that was not loaded.
    struct Unloaded: Equatable {
        /// The path of the archive.
        let archive: String
        /// The references of the images to load.
        let images: [String]
    }

    /// The sentence with the counts.
    ///
    /// - Parameter done: `saved` or `loaded`.
    func sentence(_ done: String) -> String {
        let pushed = images - failedImages.count
        let kinds = [(images, unloaded == nil ? pushed : 0, "image"), (charts, charts - failedCharts.count, "chart")]
        let counts = kinds.filter { total, _, noun in total > 0 || (noun == "image" && charts == 0) }
            .map { total, moved, noun in "\(moved) of \(total) \(noun)\(total == 1 ? "" : "s")" }
        let failed = failedImages.count + failedCharts.count
        let stored = unloaded.map { "; \($0.archive) was not loaded: \(pushed) pushed from docker's local store" } ?? ""
        return counts.joined(separator: " and ") + " \(done)" + stored + (failed == 0 ? "" : ", \(failed) failed")
    }

    /// The sentence with the count of referrers.
    ///
    /// - Parameter done: `saved` or `pushed`.
    static func sentence(referrers: Int, _ done: String) -> String {
        referrers == 1 ? "1 signature or attestation \(done)" : "\(referrers) signatures and attestations \(done)"
    }

    /// Prints the counts, and writes the list of failures.
    ///
    /// - Returns: 1 if all images failed (D7), if anything failed or is left out in a strict run, or if the list could not be written; else 0.
    func finish(_ done: String, _ extensions: ToolOptions, console: Console) async -> Int32 {
        console.notice(sentence(done))
        let failed = (unloaded?.images ?? failedImages) + failedCharts
        let listStatus = await FailedList.write(failed, to: extensions.failedList, console: console)
        let allFailed = images > 0 && failedImages.count == images
        return max(listStatus, allFailed || (extensions.strict && (!failed.isEmpty || lacksReferrers)) ? 1 : 0)
    }
}
