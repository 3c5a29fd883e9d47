import OCI
import SystemIO
import Tar

extension ArchiveSurvey {
    /// Verifies that a planned archive is this one: each blob that the archive has is in the plan, at the same place, and each sound table
    /// is the planned one.
    ///
    /// - Parameters:
    ///   - isRebuilt: whether the plan's images are neither those of a sound `index.json` nor those of a list.
    ///   - hasReferrers: whether the plan has referrers, whose names only `index.json` has.
    /// - Throws: ``RepairRefusal``.
    package func verify(
        _ plan: ArchivePlan,
        of layout: ContainerdLayout,
        isRebuilt: Bool = false,
        hasReferrers: Bool = false
    )
        throws
    {
        // A sound table and complete entries that do not make the archive are another program's.
        let isOthers = index != nil && isGapless
        let otherLayout = isOthers ? RepairRefusal.otherFormat : .otherLayout
        var offsets: [Digest: Int64] = [:]
        var isPlanned: Set<Int64> = []
        for (entry, place) in zip(layout.blobs, plan.blobs) {
            if let digest = OCILayout.digest(ofPath: entry.header.name) { offsets[digest] = place.offset }
            isPlanned.insert(place.offset)
        }
        // An entry with a damaged name has the offset of a planned one.
        let uncovered = blobs.filter { offsets[$0.key] == nil && !isPlanned.contains($0.value.offset) }.count
        guard uncovered == 0 else { throw isOthers ? otherLayout : .uncovered(uncovered) }
        let planned = blobs.filter { offsets[$0.key] != nil }
        guard !planned.isEmpty, planned.allSatisfy({ offsets[$0.key] == $0.value.offset }) else {
            throw otherLayout
        }
        guard try file.size <= plan.length else { throw otherLayout }
        var sound: Set<String> = []
        for (entry, place) in zip(layout.tables, plan.tables) {
            guard let found = tables[entry.header.name] else { continue }
            // A damaged table must have the planned offset.
            guard found.offset == place.offset, found.length == place.length else { throw otherLayout }
            if (try? VerifiedEntry.isIntact(place, in: file)) == true {
                sound.insert(entry.header.name)
            } else if try isSound(entry.header.name) {
                throw otherLayout
            }
        }
        let unknown = Set(tables.keys).subtracting(layout.tables.map(\.header.name))
        guard unknown.isEmpty else { throw otherLayout }
        guard isRebuilt else { return }
        // manifest.json has the names and determines the length of index.json; the checksum of index.json verifies all of it.
        guard try sound.contains("manifest.json") && !hasReferrers || hasChecksum(ofTable: plan.tables[0]) else {
            throw RepairRefusal.noNames
        }
    }

    /// Whether a table that differs from the planned one is not just damaged: its own checksum is right. The tables of a plain tar have
    /// none; its `index.json` counts as read.
    private func isSound(_ name: String) throws -> Bool {
        switch name {
        case "index.json": index != nil
        case "manifest.json": isGzip && items != nil
        default: false
        }
    }

    /// Whether the bytes at the planned end of a table are its checksum.
    private func hasChecksum(ofTable table: ArchivePlan.Entry) throws -> Bool {
        guard let expected = table.trailer else { return false }
        let start = table.offset + table.length - Int64(expected.count)
        let found = try? FileSection(of: file, at: start, length: Int64(expected.count)).readBytes(expected.count)
        return found == expected
    }
}
