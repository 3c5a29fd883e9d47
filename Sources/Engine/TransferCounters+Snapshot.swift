import HTTP
extension TransferCounters {
    /// How much there is to do, and how much is done.
    package struct Count: Sendable, Hashable {
        package var planned: Int64
        package var done: Int64

        package init(planned: Int64 = 0, done: Int64 = 0) {
            self.planned = planned
            self.done = done
        }
    }

    /// A transfer under way.
    package struct Transfer: Sendable, Hashable {
        /// What is moved, such as `0f912b902302 of registry.example.com/rancher/shell`.
        package let name: String
        /// In bytes; 0 are planned where nobody knows how many there will be.
        package var bytes: Count

        package init(name: String, bytes: Count) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// What is done before the bytes are moved, and after that.
    package enum Stage: Sendable, Hashable {
        /// The archive is opened, which takes until the other end of it is there where it is a pipe.
        case opening
        /// Registries are asked what the names of the list lead to; counted in names.
        case resolving
        /// Registries are asked what refers to images; counted in images.
        case referrers
        /// The registry is asked for the blobs that an archive leaves out; counted in blobs.
        case searching
        /// What an earlier run has left, and what other archives have, is read and proven.
        case takingOver
        /// Docker loads the archive.
        case loading
        /// An archive is unpacked; counted in its bytes.
        case unpacking
        /// All that an archive has is read and proven; counted in bytes.
        case proving
        /// Registries are asked what they have and what they allow; counted in steps of a load.
        case asking
        /// The rest of the archive is written, and the disk is waited for.
        case finishing
    }

    /// A host that does not do what it is asked.
    package struct HostTrouble: Sendable, Hashable {
        /// `HOST:PORT`.
        package let host: String
        package let health: HostHealth
        /// When it last did what it was asked, or was first asked.
        package let since: ContinuousClock.Instant
        /// When it last did not.
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
        /// Bytes to move; those that are where they belong already are planned, and done.
        package var bytes: Count
        /// How many bytes have come or gone over the wire, also in vain. Never becomes less.
        package var moved: Int64
        /// `nil` while bytes are moved.
        package var stage: Stage?
        /// How far the stage has come, in its own unit; 0 are planned where nobody knows.
        package var stageCount: Count
        /// In the order in which they began.
        package var transfers: [Transfer]
        /// In the order of their names.
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
