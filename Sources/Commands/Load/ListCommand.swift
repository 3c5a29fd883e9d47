import CommandLine
import Engine
import OCI
import RegistryEngine

/// `rancher-load-images --list`: what an archive holds, on standard output.
struct ListCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let console: Console

    /// - Returns: the exit status: 1 where the archive cannot be read, or lacks parts of its images.
    func run() async -> Int32 {
        do {
            guard let archive = options.images, !archive.isEmpty else {
                throw CommandError("no archive is named: give --images the path of the file to list")
            }
            let listing = try await engines.lister(archive: archive, console: console).list()
            switch options.extensions.format {
            case .table: for line in Self.table(listing).lines { console.print(line) }
            case .json:
                let archives = options.archives.count > 1 ? options.archives : [archive]
                console.print(
                    String(decoding: listing.json(archive: archives.joined(separator: " and ")), as: UTF8.self)
                )
            }
            var status: Int32 = 0
            for image in listing.images {
                guard let problem = image.problem else { continue }
                console.notice("\(image.reference?.familiar ?? image.digest.description): \(problem)")
                status = 1
            }
            return status
        } catch is CancellationError {
            console.notice("stopped")
            return 1
        } catch {
            console.notice("\(error)")
            return 1
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
    /// - Parameter archive: what the archive was called.
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
                ("blobs", .array(image.parts.map(Self.json))),
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

    private static func json(_ part: Part) -> GoJSON {
        .object([
            ("kind", .string(part.kind.rawValue)),
            ("digest", .string(part.digest.description)),
            ("size", .integer(part.size)),
            ("omitted", .boolean(part.isOmitted)),
        ])
    }
}
