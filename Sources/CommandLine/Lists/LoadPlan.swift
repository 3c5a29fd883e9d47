import Engine

/// The steps of a load after the archive is loaded.
package struct LoadPlan: Sendable {
    /// The architecture of images in both lists.
    private static let linux = "linux-amd64"

    /// The steps, in the scripts' order.
    package let steps: [LoadStep]
    /// Sentences for standard error about deliberate differences that apply.
    package let notices: [String]

    /// Plans a load.
    ///
    /// - Parameters:
    ///   - images: the entries of the list, with charts.
    ///   - windowsImages: the entries of the Windows list of shell mode; empty if there is none.
    ///   - chartsInFiles: the charts that are pushed from files. They have no steps, but count as entries of the Linux list.
    package init(
        _ options: Options,
        images: [ImageListEntry],
        windowsImages: [ImageListEntry],
        chartsInFiles: Set<ImageListEntry> = []
    ) {
        let naming = Naming(options)
        let windows = options.windowsVersions.map { "windows-" + $0 }
        let linuxNames = Set(images.map(\.reference))
        let windowsNames = Set(windowsImages.map(\.reference))
        var steps = windowsImages.filter { !linuxNames.contains($0.reference) }
            .map { LoadStep(manifestList: naming.target($0), of: windows, for: $0) }
        for image in images where !chartsInFiles.contains(image) {
            let source = naming.source(image)
            let target = naming.target(image)
            if windowsNames.contains(image.reference) {
                steps.append(LoadStep(push: source, as: ImageName("\(target)-\(Self.linux)"), for: image))
                steps.append(LoadStep(manifestList: target, of: windows + [Self.linux], for: image))
            } else {
                steps.append(LoadStep(push: source, as: target, for: image))
            }
        }
        self.steps = steps
        notices =
            Self.notices(windowsNames, "Windows", beginningOf: linuxNames, "Linux")
            + Self.notices(linuxNames, "Linux", beginningOf: windowsNames, "Windows")
    }

    /// Notices about names of one list that the scripts find in another list because they begin a name there (D10).
    private static func notices(
        _ names: Set<String>,
        _ list: String,
        beginningOf others: Set<String>,
        _ otherList: String
    ) -> [String] {
        let sorted = others.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names.subtracting(others).sorted()
            .compactMap { name in
                // In sorted order, the names that begin with `name` follow it directly.
                guard let longer = sorted.first(notBefore: name), longer.utf8.starts(with: name.utf8) else {
                    return nil
                }
                return
                    "\(name) of the \(list) list only begins \(longer) of the \(otherList) list, so it is not taken for the same"
            }
    }
}

extension [String] {
    /// Finds the first of sorted texts that does not come before `text`, by binary search.
    fileprivate func first(notBefore text: String) -> String? {
        var range = startIndex..<endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if self[middle].utf8.lexicographicallyPrecedes(text.utf8) {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound == endIndex ? nil : self[range.lowerBound]
    }
}
