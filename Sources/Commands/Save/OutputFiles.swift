import CommandLine
import Engine
import ImageArchive
import SystemIO

/// The files that a run writes at its end, in addition to the archive. They are verified at the start: after hours of transfers it is too late to
/// learn that a directory is missing.
struct OutputFiles: Sendable {
    private typealias Output = (flag: String, path: String)

    private let report: Output?
    private let others: [Output]
    /// The archives that the run reads or writes, and the other files it reads. Nothing may replace one of them, or a part, a checksum or a
    /// staged file of an archive.
    private let inputs: [Output]
    /// The files that the report may not replace. The list of failed images may replace the list that was read: so a run retries what
    /// failed in the run before.
    private let lists: [Output]

    init(_ options: Options) {
        let extensions = options.extensions
        report = extensions.report.map { ("--report", $0) }
        var others: [Output] = extensions.failedList.map { [("--failed-list", $0)] } ?? []
        let archives = options.archives.isEmpty ? [options.images].compactMap(\.self) : options.archives
        if options.program == .save, extensions.checksum || extensions.partSize != nil {
            let flag = extensions.checksum ? "--checksum" : "--split"
            others += archives.filter { !File.isStream($0) }.map { (flag, ChecksumName.path(of: $0)) }
        }
        self.others = others
        inputs =
            archives.map { ("--images", $0) } + extensions.since.map { ("--since", $0) }
            + extensions.reuse.map { ("--reuse", $0) }
            + [("--ca-file", extensions.caFile), ("--repair", extensions.repair)]
            .compactMap { flag, path in path.map { (flag, $0) } }
        lists = [("--image-list", options.imageList), ("--windows-image-list", options.windowsImageList)]
            .compactMap { flag, path in path.map { (flag, $0) } }
    }

    /// Verifies that the report can be written. It comes first, since it also reports what is wrong with the other files.
    ///
    /// - Throws: ``CommandError``.
    func verifyReport() async throws {
        guard let report else { return }
        try await verify([report], against: others + inputs + lists)
    }

    /// Verifies that the other files can be written.
    ///
    /// - Throws: ``CommandError``.
    func verifyOthers() async throws { try await verify(others, against: inputs) }

    private func verify(_ outputs: [Output], against reserved: [Output]) async throws {
        do {
            try await verifyOnThread(outputs, against: reserved)
        } catch is CancellationError {
            // The command itself says what a stop has left undone.
        }
    }

    private func verifyOnThread(_ outputs: [Output], against reserved: [Output]) async throws {
        try await onThread {
            for (flag, path) in outputs {
                for (otherFlag, other) in reserved where !File.isStream(path) {
                    if File.areSame(path, other) {
                        throw CommandError(
                            "\(flag) and \(otherFlag) name the same file, \(path): give each a name of its own"
                        )
                    }
                    guard !flag.isOfChecksum, Self.isFile(path, ofArchive: other) else { continue }
                    throw CommandError(
                        "\(flag) names a file of the archive \(other) (\(otherFlag)), \(path): give it another name"
                    )
                }
                do {
                    try File.verifyReplaceable(path)
                } catch let error as FileError {
                    throw CommandError(
                        "cannot write \(path) (\(flag)): \(systemMessage(error.code)); nothing was transferred:"
                            + " name a file in a directory that exists and can be written to"
                    )
                }
            }
        }
    }

    /// Whether a path is that of a part, a checksum or a staged file of an archive.
    private static func isFile(_ path: String, ofArchive archive: String) -> Bool {
        let base = (archive.split(separator: "/").last.map(String.init) ?? archive) + "."
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard name.hasPrefix(base),
            File.areSame(File.directory(of: path), File.directory(of: archive))
        else { return false }
        let suffix = name.dropFirst(base.count)
        return PartName.isNumber(suffix)
            || ["unfinished", "repair", "sha256", "parts.unfinished"].contains(where: suffix.hasPrefix)
    }
}

extension String {
    /// Whether a flag makes the checksum of an archive.
    fileprivate var isOfChecksum: Bool { ["--checksum", "--split"].contains(self) }
}
