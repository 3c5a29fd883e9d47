/// What it took to move an image.
package struct Effort: Sendable, Hashable {
    /// From the first request for the image to the moment at which its outcome was known; others were moved meanwhile.
    package let duration: Duration
    /// One, and one more for each request or transfer of the image that was made again; `nil` where docker made them.
    package let tries: Int?

    package init(duration: Duration, tries: Int?) {
        self.duration = duration
        self.tries = tries
    }
}
