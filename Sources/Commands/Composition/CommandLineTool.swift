import CommandLine
import Dispatch
import Engine
import Glibc
import Synchronization
import SystemIO

/// The entry points of the programs, for executables and tests.
package enum CommandLineTool {
    /// The version of the program, which is in the user agent too.
    package static let version = "0.1.0"

    /// Runs the program that the executable's name contains, as ``runAndExit(_:)`` does. The target of a link is checked before the name of
    /// the link.
    package static func runAndExit() -> Never {
        let file = File.target(ofLink: "/proc/self/exe")
        let typed = texts(CommandLine.unsafeArgv).first
        for name in [file, typed] {
            if let program = name.flatMap(Program.init(named:)) { runAndExit(program) }
        }
        fail(
            "the name \(file ?? typed ?? "") does not say whether to save or to load:"
                + " let it have rancher-save-images or rancher-load-images in it"
        )
    }

    /// Runs a program with the arguments, environment and streams of the process, and ends the process.
    ///
    /// Call it at the start of the process, before other threads exist.
    package static func runAndExit(_ program: Program) -> Never {
        let arguments = texts(CommandLine.unsafeArgv)
        do {
            try ProcessLimits.check()
        } catch {
            fail("\(error)", as: arguments.first)
        }
        let environment = Dictionary(
            texts(environ)
                .compactMap { text in
                    text.utf8.firstIndex(of: UInt8(ascii: "="))
                        .map { (String(text[..<$0]), String(text[text.utf8.index(after: $0)...])) }
                }
        ) { $1 }
        ContinueSignals.startCounting()
        let run = Mutex<Task<Void, Never>?>(nil)
        // If no descriptors are available, signals end the process immediately.
        try? TerminationSignals.handleFirst(timeToEnd: timeToStop) { _ in run.withLock(\.self)?.cancel() }
        run.withLock { run in
            run = Task.detached {
                let status = await Self.run(
                    program,
                    arguments: arguments,
                    environment: environment,
                    output: File(owning: STDOUT_FILENO, path: "standard output"),
                    errors: File(owning: STDERR_FILENO, path: "standard error")
                )
                if let signal = TerminationSignals.received { TerminationSignals.die(of: signal) }
                exit(status)
            }
        }
        dispatchMain()
    }

    /// Ends the process before a run begins.
    private static func fail(_ cause: String, as programName: String? = nil) -> Never {
        let errors = File(owning: STDERR_FILENO, path: "standard error")
        Console(output: errors, errors: errors, programName: programName ?? "rancher-images").notice(cause)
        exit(1)
    }

    /// Converts a C array of strings that ends with `NULL`.
    private static func texts(_ entries: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> [String] {
        var texts: [String] = []
        var entry = entries
        while let start = entry.pointee {
            texts.append(String(nativeCString: start))
            entry += 1
        }
        return texts
    }

    /// The time that a run has to stop after a signal.
    private static let timeToStop = Duration.milliseconds(800)

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - arguments: the arguments, with the name of the program first.
    ///   - output: the stream for the scripts' lines.
    ///   - errors: the stream for all other messages.
    /// - Returns: the exit status.
    package static func run(
        _ program: Program,
        arguments: [String],
        environment: Environment,
        output: File,
        errors: File
    ) async -> Int32 {
        guard let typed = arguments.first else {
            // Swift reads the arguments from /proc. Without them the run would use the default of every flag.
            Console(output: output, errors: errors, programName: "rancher-images")
                .notice("the command line cannot be read: mount /proc")
            return 1
        }
        // A script that the shell found in PATH has that path in $0.
        let programName = ChildProcess.file(of: typed, environment: environment) ?? typed
        var console = Console(output: output, errors: errors, programName: programName)
        let invocation = Invocation(
            program,
            programName: programName,
            arguments: Array(arguments.dropFirst()),
            environment: environment
        )
        let status: Int32
        switch invocation {
        case .usage(let text, let usageStatus, let notice):
            console.print(text)
            if let notice { console.notice(notice) }
            status = usageStatus
        case .version:
            console.print(VersionText.text(program))
            status = 0
        case .invalid(let sentence):
            console.notice(sentence)
            status = 1
        case .run(let options):
            console = console.inBackground
            if options.extensions.quiet { console = console.quiet }
            let report = RunReport(options)
            let outputs = OutputFiles(options)
            status = await report.around(outputs, console: console) { [console] in
                do {
                    try await outputs.verifyOthers()
                } catch {
                    report.fail("\(error)")
                    console.notice("\(error)")
                    return 1
                }
                return await run(options, environment: environment, report: report, console: console)
            }
        }
        await console.finish()
        if let error = console.outputError {
            console.notice("\(error); lines are missing there")
            return status == 0 ? 1 : status
        }
        return status
    }

    private static func run(
        _ options: Options,
        environment: Environment,
        report: RunReport,
        console: Console
    ) async -> Int32 {
        for notice in options.notices { console.remark(notice) }
        let counters = TransferCounters()
        let engines = CompositionRoot(
            options: options,
            environment: environment,
            counters: counters,
            notices: NoticeAggregator(isVerbose: options.extensions.verbose, console: console),
            report: report,
            console: console
        )
        let style = ProgressStyle(
            options.extensions,
            environment: environment,
            isTerminal: Terminal(console.errors).exists
        )
        let items = options.program == .save ? "images" : "pushes"
        return await ProgressDisplay(style, of: counters, items: items, on: console)
            .show {
                switch options.program {
                case .save:
                    if let archive = options.extensions.repair {
                        await RepairCommand(options: options, archive: archive, engines: engines, console: console)
                            .run()
                    } else if options.extensions.check {
                        await SaveCheckCommand(options: options, engines: engines, console: console).run()
                    } else {
                        await SaveCommand(options: options, engines: engines, report: report, console: console).run()
                    }
                case .load where options.extensions.list:
                    await ListCommand(options: options, engines: engines, console: console).run()
                case .load where options.extensions.check:
                    await LoadCheckCommand(options: options, engines: engines, console: console).run()
                case .load:
                    await LoadCommand(options: options, engines: engines, report: report, console: console).run()
                }
            }
    }
}

/// The reason that a run cannot start.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
