import Commands

/// Both programs in one file, which packages have under both names.
@main
struct Main {
    @concurrent
    static func main() async {
        await CommandLineTool.runAndExit()
    }
}
