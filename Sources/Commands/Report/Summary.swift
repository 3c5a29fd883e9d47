import CommandLine

/// What became of the lines of a list, for the end of a run.
struct Summary: Equatable {
    /// How many images there are in the list.
    let images: Int
    /// The references of those that failed.
    let failedImages: [String]
    /// How many charts there are beside the images.
    var charts = 0
    /// The references of those that failed.
    var failedCharts: [String] = []
    /// Whether signatures, attestations or other referrers of the images are left out.
    var lacksReferrers = false
    /// The archive that was not loaded, so that what was pushed is not what it has.
    var unloaded: Unloaded?

    /// An archive that was not loaded.
    struct Unloaded: Equatable {
        /// Its path as it was typed.
        let archive: String
        /// The references of the images that were to be loaded from it.
        let images: [String]
    }

    /// The closing count.
    ///
    /// - Parameter done: what was done with them: `saved` or `loaded`.
    func sentence(_ done: String) -> String {
        let pushed = images - failedImages.count
        let kinds = [(images, unloaded == nil ? pushed : 0, "image"), (charts, charts - failedCharts.count, "chart")]
        let counts = kinds.filter { total, _, noun in total > 0 || (noun == "image" && charts == 0) }
            .map { total, moved, noun in "\(moved) of \(total) \(noun)\(total == 1 ? "" : "s")" }
        let failed = failedImages.count + failedCharts.count
        let stored = unloaded.map { "; \($0.archive) was not loaded: \(pushed) pushed from docker's local store" } ?? ""
        return counts.joined(separator: " and ") + " \(done)" + stored + (failed == 0 ? "" : ", \(failed) failed")
    }

    /// The count of what refers to the images.
    ///
    /// - Parameter done: what was done with it: `saved` or `pushed`.
    static func sentence(referrers: Int, _ done: String) -> String {
        referrers == 1 ? "1 signature or attestation \(done)" : "\(referrers) signatures and attestations \(done)"
    }

    /// Tells the count, and writes the list of failures where one is wanted.
    ///
    /// - Returns: 1 where all images failed (D7), where anything failed or is left out and the run is strict, and where the list could not be
    ///   written; else 0.
    func finish(_ done: String, _ extensions: ToolOptions, console: Console) async -> Int32 {
        console.notice(sentence(done))
        let failed = (unloaded?.images ?? failedImages) + failedCharts
        let listStatus = await FailedList.write(failed, to: extensions.failedList, console: console)
        let allFailed = images > 0 && failedImages.count == images
        return max(listStatus, allFailed || (extensions.strict && (!failed.isEmpty || lacksReferrers)) ? 1 : 0)
    }
}
