/// What `load` does with the lists, in order, after the archive is loaded.
public struct LoadPlan: Sendable, Equatable {
    /// One step.
    public enum Step: Sendable, Equatable {
        /// Tag SOURCE as TARGET, and push TARGET.
        case push(ImageList.Entry, source: String, target: String)
        /// Make a manifest list for TARGET of `TARGET-ARCHITECTURE` for each architecture, and push it.
        case manifestList(ImageList.Entry, target: String, architectures: [String])
    }

    /// The architecture of what both lists have, beside Windows.
    private static let linux = "linux-amd64"

    /// The steps, in the scripts' order.
    public let steps: [Step]
    /// Sentences for standard error about deliberate differences that apply.
    public let notes: [String]

    /// Plans a load.
    ///
    /// - Parameters:
    ///   - images: of the list, without the charts where helm handles them.
    ///   - windowsImages: of the Windows list of shell mode; empty where there is none.
    public init(_ options: Options, images: [ImageList.Entry], windowsImages: [ImageList.Entry]) {
        let naming = Naming(options)
        let windows = options.windowsVersions.map { "windows-" + $0 }
        let linuxNames = Set(images.map(\.reference))
        let windowsNames = Set(windowsImages.map(\.reference))
        var steps = windowsImages.filter { !linuxNames.contains($0.reference) }
            .map { entry in
                Step.manifestList(entry, target: naming.target(entry.reference), architectures: windows)
            }
        for entry in images {
            let source = naming.source(entry.reference)
            let target = naming.target(entry.reference)
            if windowsNames.contains(entry.reference) {
                steps.append(.push(entry, source: source, target: "\(target)-\(Self.linux)"))
                steps.append(.manifestList(entry, target: target, architectures: windows + [Self.linux]))
            } else {
                steps.append(.push(entry, source: source, target: target))
            }
        }
        self.steps = steps
        notes =
            Self.notes(windowsNames, "Windows", beginningOf: linuxNames, "Linux")
            + Self.notes(linuxNames, "Linux", beginningOf: windowsNames, "Windows")
    }

    /// The members of a manifest list.
    public static func members(of target: String, architectures: [String]) -> [String] {
        architectures.map { "\(target)-\($0)" }
    }

    /// The names of one list that the scripts would take to be in another, because they begin a name there (D10).
    private static func notes(
        _ names: Set<String>,
        _ list: String,
        beginningOf others: Set<String>,
        _ otherList: String
    ) -> [String] {
        let sorted = others.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names.subtracting(others).sorted()
            .compactMap { name in
                // Among sorted names, those that begin with a name come right after it.
                guard let longer = sorted.first(notBefore: name), longer.utf8.starts(with: name.utf8) else {
                    return nil
                }
                return
                    "\(name) of the \(list) list only begins \(longer) of the \(otherList) list, so it is not taken for the same"
            }
    }
}

extension [String] {
    /// The first of sorted texts that does not come before `text`, found by halving.
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
