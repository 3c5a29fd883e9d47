import SystemIO

/// The result of a save's dry run.
package struct SaveForecast: Sendable, Equatable {
    /// The pulls that Docker Hub would count.
    package struct HubPulls: Sendable, Equatable {
        /// The allowance of the login or the IP address.
        package struct Allowance: Sendable, Equatable {
            package let remaining: Int
            package let limit: Int
            /// The window of the limit, in seconds; `nil` if unknown.
            package let seconds: Int?

            package init(remaining: Int, limit: Int, seconds: Int?) {
                self.remaining = remaining
                self.limit = limit
                self.seconds = seconds
            }
        }

        /// The number of pulls of the run: one for each platform of each image.
        package let needed: Int
        /// `nil` if Docker Hub, or its mirror, does not report the allowance.
        package let allowance: Allowance?

        package init(needed: Int, allowance: Allowance?) {
            self.needed = needed
            self.allowance = allowance
        }

        package var isEnough: Bool { allowance.map { $0.remaining >= needed } ?? true }
    }

    /// The size of the blobs that a delta archive omits, in bytes.
    package var omitted: Int64 = 0
    /// The number of blobs in the archive, each counted once.
    package var blobs = 0
    /// The size of these blobs, in bytes.
    package var bytes: Int64 = 0
    /// The number of bytes of the blobs in the partial archive of an earlier run.
    package var resumed: Int64 = 0
    /// The number of bytes of the blobs that other archives have.
    package var reused: Int64 = 0
    /// The size of the archive in bytes; `nil` if it is unknown until the layers are unpacked.
    package var archive: Int64?
    /// The needs of each file system that is written to and reports its available space.
    package var spaceNeeds: [DiskSpace] = []
    /// `nil` if no image is from Docker Hub.
    package var hubPulls: HubPulls?
    /// The speed of one transfer, measured with the beginning of a blob, in bytes per second; `nil` if not measured.
    package var rate: Double?
    /// The problems other than with images and disk space, one sentence each.
    package var problems: [String] = []

    package init() {}

    /// The number of bytes to download.
    package var missing: Int64 { bytes - resumed - reused }

    /// Whether nothing but a failed image can prevent the save.
    package var isPossible: Bool {
        problems.isEmpty && spaceNeeds.allSatisfy(\.isMet) && (hubPulls?.isEnough ?? true)
    }
}
