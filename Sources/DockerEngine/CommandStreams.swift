import SystemIO

/// The streams of the commands whose output the scripts show.
package struct CommandStreams: Sendable {
    /// Standard output; the commands write to it directly.
    let output: File
    /// Takes the commands' standard error immediately.
    let errors: @Sendable (UnsafeRawBufferPointer) throws -> Void
    /// Called before a command gets standard output.
    let willLendOutput: @Sendable () -> Void
    /// Called after that command has ended.
    let didTakeOutputBack: @Sendable () -> Void

    package init(
        output: File,
        errors: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void,
        willLendOutput: @escaping @Sendable () -> Void = {},
        didTakeOutputBack: @escaping @Sendable () -> Void = {}
    ) {
        self.output = output
        self.errors = errors
        self.willLendOutput = willLendOutput
        self.didTakeOutputBack = didTakeOutputBack
    }
}
