import CommandLine
import Commands

@main
struct Main {
    static func main() {
        CommandLineTool.runAndExit(.load)
    }
}
