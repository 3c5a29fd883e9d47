import CommandLine

// Differences in what is done: the account of the script, changed to what the executable does.

extension ListedDifference {
    /// Differences in the outcome of a run.
    static let inOutcome = [
        // An incomplete archive never appears, and an older one stays.
        ListedDifference(
            name: "D5",
            taken: { account, given in
                guard !given.isLoad, let archive = ScriptFlags(given).images else { return }
                let isSaved = account.calls.last { $0.isDocker("save") }
                guard isSaved != nil, account.hasFailed("save") || archive == "/dev/full" else { return }
                account.files[Case.key(archive)] = nil
                account.exit = 1
            }
        ),
        ListedDifference(
            name: "D7",
            taken: { account, given in
                guard account.exit == 0 else { return }
                let images = given.isLoad ? account.loadedImages : account.savedImages
                if !images.isEmpty, images.allSatisfy({ !$0 }) { account.exit = 1 }
            }
        ),
    ]

    /// Runs that the executables do not begin, or end early.
    static let refusals = [
        // Nothing is pushed from a missing archive. If all images are charts in files, there may be no archive.
        ListedDifference(
            name: "D18",
            taken: { account, given in
                guard given.isLoad, !given.isPowerShell, account.hasFailed("load") else { return }
                let hasHelm = account.stdout.hasPrefix(ScriptLines.helmFallback)
                guard given.lacksArchive, !(hasHelm && given.hasOnlyCharts) else { return }
                let end = account.calls.firstIndex { $0.isDocker("load") } ?? 0
                account.calls = Array(account.calls[...end])
                account.statuses = Array(account.statuses[...end])
                account.stdout = hasHelm ? ScriptLines.helmFallback + "\n" : ""
                account.exit = 1
            }
        ),
        ListedDifference(
            name: "D6",
            taken: { account, given in
                let flags = ScriptFlags(given)
                guard !account.isUsage, !given.isPowerShell else { return }
                let lists = [flags.list ?? ""] + (flags.windowsList.isEmpty ? [] : [flags.windowsList])
                if lists.contains(where: { !given.isReadable($0) }) { account = .refusal }
            }
        ),
        ListedDifference(
            name: "D8",
            taken: { account, given in
                guard !account.isUsage, given.docker == nil else { return }
                if given.isPowerShell {
                    // PowerShell's scripts end at the first command that is not there.
                    if account.stdout.hasPrefix("Pulling ") || account.stdout.isEmpty { account = .refusal }
                } else if given.isLoad || !given.names.isEmpty {
                    account = .refusal
                }
            }
        ),
        ListedDifference(
            name: "D16",
            taken: { account, given in
                guard !account.isUsage, !given.isLoad, !given.names.isEmpty else { return }
                if !given.isWritable(ScriptFlags(given).images ?? "") { account = .refusal }
            }
        ),
    ]
}

extension Account {
    /// Of a run that does nothing.
    fileprivate static let refusal = Account(exit: 1, stdout: "", stderr: "", calls: [], files: [:])

    /// Whether a command of docker's has failed.
    fileprivate func hasFailed(_ command: String) -> Bool {
        zip(calls, statuses).contains { $0.isDocker(command) && $1 != 0 }
    }

    /// Whether each image of a save was pulled or found.
    fileprivate var savedImages: [Bool] {
        guard !calls.contains(where: { $0.isDocker("save") }) else { return [true] }
        return calls.filter { $0.isDocker("pull") }.map { _ in false }
    }

    /// Whether each image of a load is where it belongs. Each has a row of calls, of which the first one is to tag it, or to
    /// create its manifest list if it is for Windows only. A command that succeeds when it is repeated with one more argument has
    /// not failed.
    fileprivate var loadedImages: [Bool] {
        var images: [Bool] = []
        var hasTag = false
        for (index, call) in calls.enumerated() {
            let isRepeated = index + 1 < calls.count && calls[index + 1] == call + ["--insecure"]
            let isRepetition = call.last == "--insecure"
            if call.isDocker("tag") || call.isDocker("manifest", "create") && !hasTag && !isRepetition {
                images.append(true)
            }
            if call.isDocker("tag") { hasTag = true }
            let isOfImage = call.isDocker("tag") || call.isDocker("push") || call.isDocker("manifest")
            if isOfImage, !isRepeated, !images.isEmpty, index < statuses.count, statuses[index] != 0 {
                images[images.count - 1] = false
            }
        }
        return images
    }
}

extension [String] {
    /// Whether these words call a command of docker's; after optional variables.
    fileprivate func isDocker(_ words: String...) -> Bool {
        drop { $0.contains("=") }.starts(with: ["docker"] + words)
    }
}

extension Case {
    /// Whether a list can be read.
    fileprivate func isReadable(_ path: String) -> Bool { path.hasPrefix("/dev/") || bytes(ofList: path) != nil }

    /// Whether the archive's path, in which a `*` matches any text, is that of no file and no directory.
    fileprivate var lacksArchive: Bool {
        let path = ScriptFlags(self).images ?? ""
        if path.isEmpty || path.hasPrefix("/dev/") || hasDirectory(path) { return false }
        let parts = Self.key(path).split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.dropFirst().first else { return files[Self.key(path)] == nil }
        return !files.keys.contains { $0.hasPrefix(first) && $0.hasSuffix(last) && !$0.contains("/") }
    }

    /// Whether the lists have charts and nothing else.
    fileprivate var hasOnlyCharts: Bool {
        let windows = ScriptFlags(self).windowsList
        let others = windows.isEmpty ? [] : names(ofList: windows)
        return !names.isEmpty && names.allSatisfy(\.isChart) && others.allSatisfy(names.contains)
    }

    /// Whether an archive can be written: it has a name that is no directory's, in a directory that is there.
    fileprivate func isWritable(_ path: String) -> Bool {
        if path.hasPrefix("/dev/") { return true }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        return !path.isEmpty && !path.hasSuffix("/") && !hasDirectory(path) && hasDirectory(parent)
    }
}
