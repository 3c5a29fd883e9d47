import Basics
import Glibc
import Synchronization

/// Files of one size that are being written as one content, and that appear under their names when they are whole.
///
/// Each is an ``UnfinishedFile``; the lock of the first is that of all. Parts are made when something is written to them. They get
/// their names from the last to the first, when all are on the disk.
package final class UnfinishedParts: UnfinishedContent {
    package let finalPath: String
    package let content: any RandomAccess
    /// The size of each part but the last, in bytes.
    private let partSize: Int64
    private let parts: Parts

    package var lockedPath: String { PartName.path(finalPath, 1) + UnfinishedFile.suffix }

    /// Starts parts of a content that will be called `path`.
    ///
    /// - Parameters:
    ///   - partSize: the size of each part but the last, in bytes.
    ///   - keepsContent: whether what a run before has left stays.
    /// - Throws: as ``UnfinishedFile/init(for:keepsContent:)``.
    package convenience init(for path: String, partSize: Int64, keepsContent: Bool = false) throws {
        // What has the name of all is going to be removed.
        _ = try UnfinishedFile.target(of: path)
        var files = [try UnfinishedFile(for: PartName.path(path, 1), keepsContent: keepsContent)]
        do {
            let last = FoundParts.numbers(of: path, suffix: UnfinishedFile.suffix).last ?? 1
            // One between that is not there has nothing to be kept.
            for number in 1...last where number > 1 {
                files.append(try UnfinishedFile(for: PartName.path(path, number), keepsContent: keepsContent))
            }
        } catch {
            // What an earlier run has left stays.
            for file in files where keepsContent { file.leave() }
            throw error
        }
        if !keepsContent {
            for file in files[1...] { file.discard() }
            files.removeSubrange(1...)
        }
        self.init(path, partSize: partSize, files)
    }

    /// Takes finished parts for ones that are being written, to mend them in their places. One that is missing is made anew.
    ///
    /// - Throws: as ``UnfinishedFile/init(reopening:)``.
    package convenience init(reopening path: String) throws {
        let finished = FoundParts.numbers(of: path)
        let numbers = finished + FoundParts.numbers(of: path, suffix: UnfinishedFile.suffix)
        var files: [UnfinishedFile] = []
        var sizes: [Int64] = []
        do {
            for number in 1...(numbers.max() ?? 1) {
                let part = PartName.path(path, number)
                files.append(
                    numbers.contains(number)
                        ? try UnfinishedFile(reopening: part) : try UnfinishedFile(for: part, keepsContent: true)
                )
                sizes.append(try files[number - 1].file.size)
            }
        } catch {
            for file in files { file.discard() }
            throw error
        }
        self.init(path, partSize: FoundParts.partSize(sizes), files)
    }

    private init(_ path: String, partSize: Int64, _ files: [UnfinishedFile]) {
        OpenFiles.raiseLimit()
        finalPath = path
        self.partSize = partSize
        parts = Parts(path, files)
        content = PartedFile(path, partSize: partSize, parts: parts)
    }

    package func space(for size: Int64) throws(FileError) -> SpaceNeed? {
        let files = parts.files
        var taken: Int64 = 0
        for file in files { taken += try file.file.allocatedSize }
        return files[0].file.availableSpace
            .map { SpaceNeed(path: finalPath, needed: size - taken, available: $0) }
    }

    /// Parts of an older content that has more of them go away before; so does a file that has the name of all.
    package func commit() throws {
        let files = parts.files
        for file in files { try file.file.sync() }
        for number in FoundParts.numbers(of: finalPath) where number > files.count {
            try Self.remove(PartName.path(finalPath, number))
        }
        for file in files.reversed() { try file.commit() }
        try Self.remove(finalPath)
    }

    package func leave() {
        for file in parts.files.reversed() { file.leave() }
    }

    package func discard() {
        for file in parts.files.reversed() { file.discard() }
    }

    private static func remove(_ path: String) throws(FileError) {
        guard unlink(path.nativeCString) != 0, errno != ENOENT else { return }
        throw FileError(operation: "remove", path: path, code: errno)
    }

    /// The parts that there are so far.
    private final class Parts: PartSource {
        private let path: String
        private let state: Mutex<[UnfinishedFile]>

        init(_ path: String, _ files: [UnfinishedFile]) {
            self.path = path
            state = Mutex(files)
        }

        var files: [UnfinishedFile] { state.withLock(\.self) }

        var partCount: Int { state.withLock(\.count) }

        var areWhole: Bool { false }

        func part(_ index: Int) throws(FileError) -> File {
            guard index < PartName.most else {
                throw FileError(operation: "write", path: PartName.path(path, index + 1), code: EFBIG)
            }
            let result = state.withLock { files in
                Result { () throws -> File in
                    while files.count <= index {
                        files.append(try UnfinishedFile(for: PartName.path(path, files.count + 1)))
                    }
                    return files[index].file
                }
            }
            do {
                return try result.get()
            } catch let error as FileError {
                throw error
            } catch {
                // The lock of the first part keeps other runs away, so this is a program of another kind.
                throw FileError(operation: "write", path: PartName.path(path, index + 1), code: EBUSY)
            }
        }

        func resize(to size: Int64, partSize: Int64) throws(FileError) {
            let count = max(1, Int((size + partSize - 1) / partSize))
            _ = try part(count - 1)
            let files = state.withLock { files in
                for file in files[count...] { file.discard() }
                files.removeSubrange(count...)
                return files
            }
            for (index, file) in files.enumerated() {
                try file.file.resize(to: min(partSize, size - Int64(index) * partSize))
            }
        }
    }
}
