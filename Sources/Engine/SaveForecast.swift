import SystemIO

/// Finds out what a save would come to, without moving a blob or changing a file.
package protocol SaveChecker: Sendable {
    /// Looks for everything that a save of these images needs.
    ///
    /// - Throws: an error that would end the run before anything is transferred.
    func check(_ images: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws -> SaveForecast
}

/// What a save would come to.
package struct SaveForecast: Sendable, Equatable {
    /// What Docker Hub would count.
    package struct HubPulls: Sendable, Equatable {
        /// What the Hub tells of the login or the address.
        package struct Left: Sendable, Equatable {
            package let remaining: Int
            package let limit: Int
            /// The window of the limit; `nil` where it is not told.
            package let seconds: Int?

            package init(remaining: Int, limit: Int, seconds: Int?) {
                self.remaining = remaining
                self.limit = limit
                self.seconds = seconds
            }
        }

        /// How many pulls the run takes: one for each image, and for each platform of it.
        package let needed: Int
        /// `nil` where the Hub, or the mirror before it, does not tell.
        package let left: Left?

        package init(needed: Int, left: Left?) {
            self.needed = needed
            self.left = left
        }

        package var isEnough: Bool { left.map { $0.remaining >= needed } ?? true }
    }

    /// What of the images a delta archive leaves out, in bytes.
    package var omitted: Int64 = 0
    /// How many different blobs the archive gets of the images, and their bytes.
    package var blobs = 0
    package var bytes: Int64 = 0
    /// What of it an earlier run has left.
    package var continued: Int64 = 0
    /// What of it other archives have.
    package var reused: Int64 = 0
    /// The size of the archive in bytes; `nil` where that is known only once the layers have been unpacked.
    package var archive: Int64?
    /// Each file system that is written to and tells what is free.
    package var spaceNeeds: [DiskSpace] = []
    /// `nil` where no image is the Hub's.
    package var hubPulls: HubPulls?
    /// The speed of one transfer, measured on the beginning of a blob, in bytes a second; `nil` where nothing was measured.
    package var rate: Double?
    /// What is wrong with neither an image nor the room: one sentence each.
    package var problems: [String] = []

    package init() {}

    /// What has to be fetched, in bytes.
    package var missing: Int64 { bytes - continued - reused }

    /// Whether nothing but an image stands against the save.
    package var isPossible: Bool {
        problems.isEmpty && spaceNeeds.allSatisfy(\.isMet) && (hubPulls?.isEnough ?? true)
    }
}
