import Glibc
import Synchronization
import SystemIO

/// A split file that is written under temporary names and renamed on commit.
///
/// Each part is a ``StagedFile``; the lock of the first part protects all. Parts are created on the first write. They are
/// renamed when all of them are on the disk (``PartsReplacement``).
package final class StagedParts: StagedOutput {
    package let finalPath: String
    package let content: any RandomAccess
    /// The size of each part but the last, in bytes.
    private let partSize: Int64
    private let parts: Parts
    private let suffix: String

    package var lockedPath: String { PartName.path(finalPath, 1) + suffix }

    /// Begins the parts of the content at `path`.
    ///
    /// - Parameters:
    ///   - partSize: the size of each part but the last, in bytes.
    ///   - suffix: the suffix of the temporary names.
    ///   - keepsContent: whether the content of an earlier run is kept.
    /// - Throws: as ``StagedFile/init(for:suffix:keepsContent:)``, and as ``SplitFile/completeReplacement(at:)``.
    package convenience init(
        for path: String,
        partSize: Int64,
        suffix: String = StagedFile.suffix,
        keepsContent: Bool = false
    ) throws {
        // A file at the path without a number is going to be removed.
        _ = try StagedFile.target(of: path)
        try PartsReplacement.resume(at: path)
        func part(_ number: Int) throws -> StagedFile {
            try StagedFile(for: PartName.path(path, number), suffix: suffix, keepsContent: keepsContent)
        }
        var files = [try part(1)]
        do {
            let last = LocatedParts.numbers(of: path, suffix: suffix).last ?? 1
            // A missing part is created empty.
            for number in 1...last where number > 1 { files.append(try part(number)) }
        } catch {
            // The content of an earlier run is kept.
            for file in files where keepsContent { file.leave() }
            throw error
        }
        if !keepsContent {
            for file in files[1...] { file.discard() }
            files.removeSubrange(1...)
        }
        self.init(path, partSize: partSize, suffix, files)
    }

    private init(_ path: String, partSize: Int64, _ suffix: String, _ files: [StagedFile]) {
        OpenFiles.raiseLimit()
        finalPath = path
        self.partSize = partSize
        self.suffix = suffix
        parts = Parts(path, suffix, files)
        content = SplitFile(path, partSize: partSize, parts: parts)
    }

    package func space(for size: Int64) throws(FileError) -> DiskSpace? {
        let files = parts.files
        var taken: Int64 = 0
        for file in files { taken += try file.file.allocatedSize }
        return files[0].file.availableSpace
            .map { DiskSpace(path: finalPath, needed: size - taken, available: $0) }
    }

    package func commit(with checksum: StagedFile?, of path: String) throws {
        let files = parts.files
        do {
            for file in files { try file.file.sync() }
            try checksum?.file.sync()
        } catch {
            throw parts.isOver ? CancellationError() : error
        }
        let replacement = PartsReplacement(
            of: path,
            count: files.count,
            hasChecksum: checksum != nil,
            suffix: suffix
        )
        try parts.begin(replacement)
        // The staged parts are the content now.
        defer { leave() }
        try replacement.complete(checksum: checksum) { try files[$0 - 1].commit() }
    }

    package func leave() {
        for file in parts.end().reversed() { file.leave() }
    }

    package func discard() {
        let files = parts.end()
        // The parts of a replacement that has begun are the content.
        guard !parts.isCommitted else { return leave() }
        for file in files.reversed() { file.discard() }
    }

    /// The parts created so far.
    private final class Parts: PartSource {
        private struct State {
            var files: [StagedFile]
            /// Whether the parts were discarded, so that no new one is created.
            var isOver = false
            /// Whether the record of the replacement is on the disk.
            var isCommitted = false
        }

        private let path: String
        private let suffix: String
        private let state: Mutex<State>

        init(_ path: String, _ suffix: String, _ files: [StagedFile]) {
            self.path = path
            self.suffix = suffix
            state = Mutex(State(files: files))
        }

        var files: [StagedFile] { state.withLock(\.files) }

        var isOver: Bool { state.withLock(\.isOver) }

        var isCommitted: Bool { state.withLock(\.isCommitted) }

        var partCount: Int { state.withLock(\.files.count) }

        /// Begins the replacement, unless the parts were discarded.
        func begin(_ replacement: PartsReplacement) throws {
            try state.withLock { state in
                guard !state.isOver else { throw CancellationError() }
                try replacement.begin()
                state.isCommitted = true
            }
        }

        /// Marks the parts as discarded.
        func end() -> [StagedFile] {
            state.withLock { state in
                state.isOver = true
                return state.files
            }
        }

        var areComplete: Bool { false }

        func part(_ index: Int) throws(FileError) -> File {
            guard index < PartName.most else {
                throw FileError(operation: "write", path: PartName.path(path, index + 1), code: EFBIG)
            }
            let result = state.withLock { state in
                Result { () throws -> File in
                    while state.files.count <= index {
                        guard !state.isOver else { throw CancellationError() }
                        let part = PartName.path(path, state.files.count + 1)
                        state.files.append(try StagedFile(for: part, suffix: suffix))
                    }
                    return state.files[index].file
                }
            }
            do {
                return try result.get()
            } catch let error as FileError {
                throw error
            } catch {
                // The lock of the first part excludes other runs, so another program has created the file.
                throw FileError(operation: "write", path: PartName.path(path, index + 1), code: EBUSY)
            }
        }

        func resize(to size: Int64, partSize: Int64) throws(FileError) {
            let count = max(1, Int((size + partSize - 1) / partSize))
            _ = try part(count - 1)
            let files = state.withLock { state in
                for file in state.files[count...] { file.discard() }
                state.files.removeSubrange(count...)
                return state.files
            }
            for (index, file) in files.enumerated() {
                try file.file.resize(to: min(partSize, size - Int64(index) * partSize))
            }
        }
    }
}
