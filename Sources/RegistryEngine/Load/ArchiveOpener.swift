import Engine
import ImageArchive

/// Opens archives and counts the bytes of an archive that has to be unpacked, which can take minutes.
struct ArchiveOpener: Sendable {
    /// The directory for unpacked archives.
    let temporaryDirectory: String
    let counters: TransferCounters
    let notice: NoticeHandler

    /// Opens an archive.
    ///
    /// - Parameter use: uses the open archive; its second argument takes a sentence about temporary space.
    /// - Returns: the result of `use`.
    /// - Throws: ``EngineError`` with the archive's name if the archive cannot be read; other errors of `use`.
    func open<Opened>(
        _ location: ArchiveLocation,
        _ use: (DockerArchive, @escaping @Sendable (String) -> Void) throws -> Opened
    ) throws -> Opened {
        counters.enter(.opening)
        defer { counters.enter(nil) }
        let report: @Sendable (String) -> Void = { [notice] in notice(Notice(.temporarySpace, $0)) }
        do {
            let archive = try DockerArchive(location, temporaryDirectory: temporaryDirectory, notice: report) { size in
                counters.enter(.unpacking, planned: size ?? 0)
                return { counters.advance(by: Int64($0)) }
            }
            return try use(archive, report)
        } catch let error as ArchiveError {
            throw EngineError("\(location): \(error)")
        }
    }
}
