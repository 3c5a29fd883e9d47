/// Deflates one block after the other, for one worker.
protocol BlockDeflater: Sendable {
    /// How many bytes a block takes at most in deflated form.
    var outputCapacity: Int { get }

    /// Deflates the block's content into its output, and notes the content's checksum.
    func deflate(_ block: GzipBlock) throws(CompressionError.Reason)
}
