import Commands
import ScriptInterface

@main
struct Main {
    static func main() {
        CommandLineTool.runAndExit(.load)
    }
}
