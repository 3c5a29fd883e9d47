import OCI

/// What the flags that no script knows, or their environment variables, ask for.
package struct ToolOptions: Sendable, Equatable {
    /// Who moves the images.
    package enum Engine: String, Sendable {
        /// Docker in shell mode where a daemon answers, else the registry engine.
        case auto
        /// The docker commands of the scripts.
        case docker
        /// This program itself, without docker.
        case registry
    }

    /// What a saved archive looks like.
    package enum ArchiveFormat: String, Sendable {
        /// As docker writes it with the containerd image store.
        case containerd
        /// As docker 25 and later write it with a graph driver.
        case docker
        /// As docker wrote it before 25.
        case legacy
    }

    /// How it is told what an archive holds.
    package enum ListFormat: String, Sendable {
        /// For people.
        case table
        /// For programs (docs/archive-list.md).
        case json
    }

    /// How the progress of a run is told on standard error.
    package enum Progress: String, Sendable {
        /// Drawn on a terminal, else in plain lines.
        case auto
        /// Drawn, wherever standard error leads.
        case terminal
        /// In plain lines.
        case plain
        /// Not at all.
        case none
    }

    /// The most transfers at a time that can be asked for.
    static let mostJobs = 256

    /// Who moves the images.
    package var engine: Engine
    /// Transfers at a time, from 1 to 256; `nil`: to be chosen for the machine.
    package var jobs: Int?
    /// Which image of a multi-platform name.
    package var platforms: PlatformChoice
    /// Whether any failure is exit status 1.
    package var strict: Bool
    /// What a saved archive looks like.
    package var archiveFormat: ArchiveFormat
    /// Where the references that failed are written.
    package var failedList: String?
    /// Where it is written what became of each image.
    package var report: String?
    /// Whether the archive's SHA-256 is written beside it.
    package var checksum: Bool
    /// Registries, `HOST[:PORT]`, that may be without TLS or without a valid certificate.
    package var insecureRegistries: [String]
    /// A file of certificates of authorities that are believed beside the system's.
    package var caFile: String?
    /// The user at the one registry that the command names.
    package var username: String?
    /// Whether the password of ``username`` is read from standard input.
    package var readsPassword: Bool
    /// Whether projects and repositories that the registry wants are made before the first push.
    package var createsProjects: Bool
    /// gzip's level, 1 to 9.
    package var compressionLevel: Int
    /// How long a registry is tried again that fails or sends nothing: a second to a day.
    package var patience: Duration
    /// The most bytes that all transfers together move in a second, 1,000 or more; `nil` for any number.
    package var bytesPerSecond: Int64?
    /// Archives that blobs are copied from, beside the one that is replaced.
    package var reuse: [String]
    /// Archives whose blobs are left out of the one that is saved.
    package var since: [String]
    /// The size in bytes of the parts that the archive is written in, 1,000,000 or more; `nil` for one file.
    package var partSize: Int64?
    /// The archive that is to be mended, in place of saving one.
    package var repair: String?
    /// Whether what a stopped run has left is dropped.
    package var fresh: Bool
    /// Whether it is only looked at what the run needs.
    package var check: Bool
    /// Whether it is only told what the archive holds.
    package var list: Bool
    /// How that is told.
    package var format: ListFormat
    /// How the progress is told.
    package var progress: Progress
    /// Whether only failures and the count at the end are told on standard error; beats ``progress`` and ``verbose``.
    package var quiet: Bool
    /// Whether what refers to the images, such as signatures, is saved too.
    package var withReferrers: Bool
    /// Whether more is told on standard error.
    package var verbose: Bool

    /// Reads flags and variables; a flag beats its variable.
    ///
    /// - Throws: the sentence for the first value that is not allowed.
    init(_ given: ParsedFlags, environment: [String: String]) throws(InvalidSetting) {
        let flags = FlagReader(given: given, environment: environment)
        engine = try flags.one(.engine, Engine.init(rawValue:))
        jobs = try flags.optional(.jobs) { wholeNumber($0, in: 1...Self.mostJobs) }
        platforms = try flags.platforms
        strict = try flags.isOn(.strict)
        archiveFormat = try flags.one(.archiveFormat, ArchiveFormat.init(rawValue:))
        failedList = try flags.optional(.failedList) { $0 }
        report = try flags.optional(.report) { $0 }
        checksum = try flags.isOn(.checksum)
        insecureRegistries = try flags.all(.insecureRegistry) { isHostAndPort($0) ? $0 : nil }
        caFile = try flags.optional(.caFile) { $0 }
        username = try flags.optional(.username) { $0 }
        readsPassword = try flags.isOn(.passwordStdin)
        createsProjects = try flags.isOn(.createProjects)
        compressionLevel = try flags.one(.compressionLevel) { wholeNumber($0, in: 1...9) }
        patience = try flags.one(.patience, duration)
        bytesPerSecond = try flags.optional(.limitRate) { byteCount($0, in: 1e3...1e12) }
        reuse = try flags.all(.reuse) { $0 }
        since = try flags.all(.since) { $0 }
        partSize = try flags.optional(.split) { byteCount($0, in: 1e6...1e15) }
        repair = try flags.optional(.repair) { $0 }
        fresh = try flags.isOn(.fresh)
        check = try flags.isOn(.check)
        list = try flags.isOn(.list)
        format = try flags.one(.format) { ListFormat(rawValue: $0) }
        progress = try flags.one(.progress, Progress.init(rawValue:))
        quiet = try flags.isOn(.quiet)
        withReferrers = try flags.isOn(.withReferrers)
        verbose = try flags.isOn(.verbose)
        guard repair == nil || !check else {
            throw InvalidSetting(sentence: "--repair writes and --check does not: give one of them")
        }
        guard repair == nil || !given.contains(.split) else {
            throw InvalidSetting(sentence: "--repair leaves an archive in the parts that it has: leave --split out")
        }
        // Their variables are for all runs, and have no effect on those.
        guard !(check || list || repair != nil) || !(given.contains(.report) || given.contains(.checksum)) else {
            throw InvalidSetting(
                sentence:
                    "--report and --checksum are of a run that moves images: leave them or --check, --list and --repair out"
            )
        }
        guard since.isEmpty || given.contains(.images) else {
            throw InvalidSetting(
                sentence: "--since makes a delta, which docker cannot load: give it a name of its own with --images"
            )
        }
        guard since.isEmpty || archiveFormat == .containerd else {
            throw InvalidSetting(
                sentence: "--since needs the blobs of the registry: leave --archive-format out"
            )
        }
    }
}

extension FlagReader {
    /// The platforms that are asked for, each once; `all` beats any other.
    fileprivate var platforms: PlatformChoice {
        get throws(InvalidSetting) {
            var platforms: [Platform] = []
            for choice in try all(.platform, Self.platformChoice) {
                guard case .platforms(let more) = choice else { return .all }
                platforms += more.filter { !platforms.contains($0) }
            }
            return .platforms(platforms)
        }
    }

    private static func platformChoice(_ word: String) -> PlatformChoice? {
        word == "all" ? .all : Platform(word).map { .platforms([$0]) }
    }
}

/// A number written with decimal digits alone.
private func wholeNumber(_ word: String, in range: ClosedRange<Int>) -> Int? {
    guard word.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let number = Int(word) else {
        return nil
    }
    return range.contains(number) ? number : nil
}

/// A number of seconds, or of what `s`, `m` or `h` says, from a second to a day.
private func duration(_ word: String) -> Duration? {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
    let unit = word.last.flatMap { units[$0] }
    let number = unit == nil ? word : String(word.dropLast())
    let seconds = wholeNumber(number, in: 1...86_400).map { $0 * (unit ?? 1) }
    return seconds.flatMap { $0 <= 86_400 ? .seconds($0) : nil }
}

/// A number of bytes, or of what `k`, `M` or `G` in any case says in powers of 1000.
private func byteCount(_ word: String, in range: ClosedRange<Double>) -> Int64? {
    let units: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9]
    let unit = word.lowercased().last.flatMap { units[$0] }
    let number = unit == nil ? word[...] : word.dropLast()
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ wholeNumber(String($0), in: 0...999_999_999_999) != nil }),
        let value = Double(number)
    else { return nil }
    let bytes = (value * (unit ?? 1)).rounded()
    return range.contains(bytes) ? Int64(bytes) : nil
}

/// Whether a word is a host name, an IPv4 address or an IPv6 address in brackets, with a port or without.
private func isHostAndPort(_ word: String) -> Bool {
    var host = word[...]
    if let colon = word.lastIndex(of: ":"), word.last != "]" {
        guard wholeNumber(String(word[word.index(after: colon)...]), in: 1...65535) != nil else { return false }
        host = word[..<colon]
    }
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    return !host.isEmpty
        && host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default:
                isBracketed && byte == UInt8(ascii: ":")
            }
        }
}
