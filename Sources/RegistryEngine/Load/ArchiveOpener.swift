import Engine
import ImageArchive

/// Opens archives, and counts how far it is with one that has to be unpacked, which can take minutes.
struct ArchiveOpener: Sendable {
    /// Where an archive is unpacked that has to be.
    let temporaryDirectory: String
    let counters: TransferCounters
    let notice: NoticeHandler

    /// Opens an archive and begins to use it.
    ///
    /// - Parameter use: gets the archive, and what takes a sentence about temporary space.
    /// - Returns: what `use` returns.
    /// - Throws: ``EngineError`` with the archive's name where it cannot be read; what else `use` throws.
    func open<Opened>(
        _ location: ArchiveLocation,
        _ use: (DockerArchive, @escaping @Sendable (String) -> Void) throws -> Opened
    ) throws -> Opened {
        counters.enter(.opening)
        defer { counters.enter(nil) }
        let tell: @Sendable (String) -> Void = { [notice] in notice(Notice(.temporarySpace, $0)) }
        do {
            let archive = try DockerArchive(location, temporaryDirectory: temporaryDirectory, notice: tell) { size in
                counters.enter(.unpacking, planned: size ?? 0)
                return { counters.advance(by: Int64($0)) }
            }
            return try use(archive, tell)
        } catch let error as ArchiveError {
            throw EngineError("\(location): \(error)")
        }
    }
}
