import Commands

/// Both programs in one file, which packages have under both names.
@main
struct Main {
    static func main() {
        CommandLineTool.runAndExit()
    }
}
