import CommandLine
import Dispatch
import Engine
import Glibc
import Synchronization
import SystemIO

/// The programs, callable from an executable and from a test.
package enum CommandLineTool {
    /// The version of the program, which registries are told too.
    package static let version = "0.1.0"

    /// Runs the program whose name the executable has, as ``runAndExit(_:)`` does.
    ///
    /// What a link leads to counts, before the name that was typed.
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

    /// Runs a program with the process's own arguments, environment and streams, and ends the process.
    ///
    /// To be called from the start of the process, which has one thread: tasks have none before it is known that there are enough.
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
        // Without descriptors for it, signals end the program as they do by default.
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

    /// The texts of an array of C that ends in `NULL`.
    private static func texts(_ entries: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> [String] {
        var texts: [String] = []
        var entry = entries
        while let start = entry.pointee {
            texts.append(String(nativeCString: start))
            entry += 1
        }
        return texts
    }

    /// How long what is under way may take to stop, when a signal has asked for it.
    private static let timeToStop = Duration.milliseconds(800)

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - program: which of the two.
    ///   - arguments: the first is the program as it was typed.
    ///   - environment: the variables that count.
    ///   - output: gets the scripts' lines.
    ///   - errors: gets everything else.
    /// - Returns: the exit status.
    package static func run(
        _ program: Program,
        arguments: [String],
        environment: Environment,
        output: File,
        errors: File
    ) async -> Int32 {
        guard let typed = arguments.first else {
            // Swift reads them from /proc. Without words the run would begin with what the flags are by default.
            Console(output: output, errors: errors, programName: "rancher-images")
                .notice("the words of the command line cannot be read: mount /proc")
            return 1
        }
        // A script that the shell has found in PATH knows itself by that path.
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
            report: report
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

/// Why a run cannot begin.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
