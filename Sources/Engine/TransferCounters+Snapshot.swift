import HTTP

extension TransferCounters {
    /// A planned and a finished amount.
    package struct Count: Sendable, Hashable {
        package var planned: Int64
        package var done: Int64

        package init(planned: Int64 = 0, done: Int64 = 0) {
            self.planned = planned
            self.done = done
        }
    }

    /// An active transfer.
    package struct Transfer: Sendable, Hashable {
        /// The name of the content, for instance `0f912b902302 of registry.example.com/rancher/shell`.
        package let name: String
        /// The bytes; 0 are planned if the size is unknown.
        package var bytes: Count

        package init(name: String, bytes: Count) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// An operation before or after the transfers.
    package enum Stage: Sendable, Hashable {
        /// The archive is opened; a pipe waits for its other end.
        case opening
        /// The names of the list are resolved; counted in names.
        case resolving
        /// Registries are searched for referrers; counted in images.
        case referrers
        /// The registry is searched for the blobs that an archive omits; counted in blobs.
        case searching
        /// The partial archive of an earlier run and other archives are read and verified.
        case reusing
        /// Docker loads the archive.
        case loading
        /// An archive is unpacked; counted in bytes of the archive.
        case unpacking
        /// All content of an archive is read and verified; counted in bytes.
        case verifying
        /// Registries are checked for existing content and permissions; counted in steps of a load.
        case checking
        /// The rest of the archive is written and flushed to disk.
        case finishing
    }

    /// A host whose last request failed.
    package struct HostTrouble: Sendable, Hashable {
        /// `HOST:PORT`.
        package let host: String
        package let health: HostHealth
        /// The time of the last successful request, or of the first request.
        package let since: ContinuousClock.Instant
        /// The time of the last failure.
        package let last: ContinuousClock.Instant

        package init(host: String, health: HostHealth, since: ContinuousClock.Instant, last: ContinuousClock.Instant) {
            self.host = host
            self.health = health
            self.since = since
            self.last = last
        }
    }

    /// The state of all counters at one moment.
    package struct Snapshot: Sendable, Hashable {
        /// Images to pull, or steps of a load.
        package var items: Count
        /// Bytes to transfer; bytes that exist at the destination are planned and finished.
        package var bytes: Count
        /// The downloaded and uploaded bytes, including those of failed transfers. Never decreases.
        package var moved: Int64
        /// `nil` during transfers.
        package var stage: Stage?
        /// The progress of the stage, in its own unit; 0 is planned if the amount is unknown.
        package var stageCount: Count
        /// The active transfers in the order of their start.
        package var transfers: [Transfer]
        /// The hosts in the order of their names.
        package var hosts: [HostTrouble]

        package init(
            items: Count = Count(),
            bytes: Count = Count(),
            moved: Int64 = 0,
            stage: Stage? = nil,
            stageCount: Count = Count(),
            transfers: [Transfer] = [],
            hosts: [HostTrouble] = []
        ) {
            self.items = items
            self.bytes = bytes
            self.moved = moved
            self.stage = stage
            self.stageCount = stageCount
            self.transfers = transfers
            self.hosts = hosts
        }
    }
}
