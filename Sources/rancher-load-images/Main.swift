import Commands
import ScriptInterface

@main
struct Main {
    @concurrent
    static func main() async {
        await CommandLineTool.runAndExit(.load)
    }
}
