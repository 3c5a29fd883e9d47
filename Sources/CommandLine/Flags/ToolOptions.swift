import OCI
import SystemIO

/// The options that the scripts do not have.
package struct ToolOptions: Sendable, Equatable {
    package enum Engine: String, Sendable {
        /// Docker in shell mode if a daemon responds, else the registry engine.
        case auto
        /// The docker commands of the scripts.
        case docker
        /// This program, without docker.
        case registry
    }

    /// The formats of docker save.
    package enum ArchiveFormat: String, Sendable {
        /// With the containerd image store.
        case containerd
        /// With a graph driver, docker 25 and later.
        case docker
        /// Before docker 25.
        case legacy
    }

    /// The output formats of `--list`.
    package enum ListFormat: String, Sendable {
        case table
        /// docs/archive-list.md describes it.
        case json
    }

    /// The displays of the progress on standard error.
    package enum Progress: String, Sendable {
        /// `terminal` if standard error is one, else `plain`.
        case auto
        /// Lines that are redrawn.
        case terminal
        /// A line now and then.
        case plain
        case none
    }

    /// The largest allowed number of concurrent transfers.
    static let mostJobs = 256

    package var engine: Engine
    /// Concurrent transfers, from 1 to 256; `nil` for a number that depends on the machine.
    package var jobs: Int?
    /// The platforms to select of a multi-platform image.
    package var platforms: PlatformChoice
    /// Whether any failure is exit status 1.
    package var strict: Bool
    package var archiveFormat: ArchiveFormat
    /// The file for the references that failed.
    package var failedList: String?
    /// The file for the report.
    package var report: String?
    /// Whether the archive's SHA-256 is written to a file.
    package var checksum: Bool
    /// Registries, `HOST[:PORT]`, that can be without TLS or without a valid certificate.
    package var insecureRegistries: [String]
    /// A file of CA certificates that are trusted in addition to the system's.
    package var caFile: String?
    /// The user for the registry of the command line.
    package var username: String?
    /// Whether the password of ``username`` is read from standard input.
    package var readsPassword: Bool
    /// Whether missing projects and repositories are created before the first push.
    package var createsProjects: Bool
    /// The level of gzip, 1 to 9.
    package var compressionLevel: Int
    /// The time that a failing or silent registry is retried: a second to a day.
    package var patience: Duration
    /// The bandwidth limit of all transfers together, 1,000 or more; `nil` if there is none.
    package var bytesPerSecond: Int64?
    /// Archives that blobs are copied from, in addition to the archive that is replaced.
    package var reuse: [String]
    /// Archives whose blobs are omitted.
    package var since: [String]
    /// The size of the archive's parts in bytes, 1,000,000 or more; `nil` for one file.
    package var partSize: Int64?
    /// The archive to repair.
    package var repair: String?
    /// Whether the data of an interrupted run is discarded.
    package var fresh: Bool
    /// Whether the run only checks what it needs.
    package var check: Bool
    /// Whether the run only lists the archive.
    package var list: Bool
    package var format: ListFormat
    package var progress: Progress
    /// Whether standard error gets only failures and the final count; overrides ``progress`` and ``verbose``.
    package var quiet: Bool
    /// Whether referrers of the images, such as signatures, are saved too.
    package var withReferrers: Bool
    /// Whether requests, logins and decisions are logged.
    package var verbose: Bool

    /// - Throws: for the first value that is not allowed, and for flags that exclude each other.
    init(_ flags: FlagReader) throws(InvalidSetting) {
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
        format = try flags.one(.format, ListFormat.init(rawValue:))
        progress = try flags.one(.progress, Progress.init(rawValue:))
        quiet = try flags.isOn(.quiet)
        withReferrers = try flags.isOn(.withReferrers)
        verbose = try flags.isOn(.verbose)
        if let conflict = conflict(flags.given) { throw InvalidSetting(sentence: conflict) }
    }

    /// A sentence about flags that exclude each other.
    private func conflict(_ given: ParsedFlags) -> String? {
        if repair != nil, check { return "--repair writes and --check does not: give one of them" }
        if repair != nil, given.contains(.split) {
            return "--repair keeps the parts of an archive: omit --split"
        }
        // Their variables are for all runs, and have no effect on these.
        if check || list || repair != nil, given.contains(.report) || given.contains(.checksum) {
            return "--report and --checksum are for a run that moves images: omit them, or --check, --list and --repair"
        }
        if !since.isEmpty, !given.contains(.images) {
            return "--since writes a delta archive, which docker cannot load: give it a name of its own with --images"
        }
        if !since.isEmpty, archiveFormat != .containerd {
            return "--since needs the blobs of the registry: omit --archive-format"
        }
        return check && list ? "--check and --list exclude each other: give one of them" : nil
    }
}

extension FlagReader {
    /// The platforms of `--platform`, each once; `all` overrides any other.
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

    private static func platformChoice(_ text: String) -> PlatformChoice? {
        text == "all" ? .all : Platform(text).map { .platforms([$0]) }
    }
}

/// Parses a number of decimal digits only.
private func wholeNumber(_ text: String, in range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy(\.isDigit) else { return nil }
    return Int(text).flatMap { range.contains($0) ? $0 : nil }
}

/// Parses a number of seconds, or of the unit `s`, `m` or `h`, from a second to a day.
private func duration(_ text: String) -> Duration? {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
    let unit = text.last.flatMap { units[$0] }
    let number = unit == nil ? text : String(text.dropLast())
    let seconds = wholeNumber(number, in: 1...86_400).map { $0 * (unit ?? 1) }
    return seconds.flatMap { $0 <= 86_400 ? .seconds($0) : nil }
}

/// Parses a number of bytes, or of the unit `k`, `M` or `G` in any case, which are powers of 1000.
private func byteCount(_ text: String, in range: ClosedRange<Double>) -> Int64? {
    let units: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9]
    let unit = text.lowercased().last.flatMap { units[$0] }
    let number = unit == nil ? text[...] : text.dropLast()
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ wholeNumber(String($0), in: 0...999_999_999_999) != nil }),
        let value = Double(number)
    else { return nil }
    let bytes = (value * (unit ?? 1)).rounded()
    return range.contains(bytes) ? Int64(bytes) : nil
}

/// Whether `text` is a host name, an IPv4 address or an IPv6 address in brackets, with a port or without.
private func isHostAndPort(_ text: String) -> Bool {
    var host = text[...]
    if let colon = text.lastIndex(of: ":"), text.last != "]" {
        guard wholeNumber(String(text[text.index(after: colon)...]), in: 1...65535) != nil else { return false }
        host = text[..<colon]
    }
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    return !host.isEmpty
        && host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: byte.isAlphanumeric || (isBracketed && byte == UInt8(ascii: ":"))
            }
        }
}
