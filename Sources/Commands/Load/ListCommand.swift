import CommandLine
import Engine
import OCI
import RegistryEngine

/// `rancher-load-images --list`: prints the content of an archive on standard output.
struct ListCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let console: Console

    /// - Returns: the exit status: 1 if the archive cannot be read, or lacks parts of its images.
    func run() async -> Int32 {
        await console.run {
            let archive = try options.archive(to: "list")
            let listing = try await engines.lister().list()
            switch options.extensions.format {
            case .table: for line in Self.table(listing).lines { console.print(line) }
            case .json:
                let archives = options.archives.count > 1 ? options.archives : [archive]
                console.print(
                    String(decoding: listing.json(archive: archives.joined(separator: " and ")), as: UTF8.self)
                )
            }
            return console.noticeProblems(of: listing.images) == 0 ? 0 : 1
        }
    }

    private static func table(_ listing: ArchiveListing) -> TextTable {
        let rows = listing.images.map { image in
            [
                image.reference?.familiar ?? "<none>", image.platforms.map(\.description).joined(separator: ","),
                image.digest.short, "\(ByteCount(image.size))", "\(ByteCount(listing.sharedSize(of: image)))",
            ]
        }
        return TextTable([["IMAGE", "PLATFORM", "DIGEST", "SIZE", "SHARED"]] + rows, numbers: [3, 4])
    }
}

extension ArchiveListing {
    /// The JSON that docs/archive-list.md describes.
    ///
    /// - Parameter archive: the archive's path.
    func json(archive: String) -> [UInt8] {
        let images = images.map { image -> GoJSON in
            .object([
                ("reference", Self.text(image.reference?.description)),
                ("digest", .string(image.digest.description)),
                ("platforms", .array(image.platforms.map { .string($0.description) })),
                ("unpacked", .boolean(image.isUnpacked)),
                ("problem", Self.text(image.problem)),
                ("size", .integer(image.size)),
                ("sharedSize", .integer(sharedSize(of: image))),
                ("blobs", .array(image.components.map(Self.json))),
            ])
        }
        return
            GoJSON.object([
                ("version", .integer(1)),
                ("archive", .string(archive)),
                ("size", .integer(size)),
                ("images", .array(images)),
            ])
            .indented(by: 2)
    }

    private static func text(_ value: String?) -> GoJSON { value.map { .string($0) } ?? .null }

    private static func json(_ component: ImageSummary.Component) -> GoJSON {
        .object([
            ("kind", .string(component.kind.rawValue)),
            ("digest", .string(component.digest.description)),
            ("size", .integer(component.size)),
            ("omitted", .boolean(component.isOmitted)),
        ])
    }
}
