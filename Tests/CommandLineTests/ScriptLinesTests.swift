import CommandLine
import Testing

/// The lines that no recording of a script shows, because docker prints them.
@Suite(.timeLimit(.minutes(2))) struct ScriptLinesTests {
    @Test func dockerLines() {
        #expect(ScriptLines.loaded(id: "sha256:0a") == "Loaded image ID: sha256:0a")
        #expect(ScriptLines.pushed("5f70bf18a086") == "5f70bf18a086: Pushed")
        #expect(ScriptLines.alreadyExists("5f70bf18a086") == "5f70bf18a086: Layer already exists")
        #expect(ScriptLines.mounted("5f70bf18a086", from: "t/a") == "5f70bf18a086: Mounted from t/a")
        #expect(ScriptLines.loadFailed("a.tar") == "Could not load 'a.tar'")
    }
}
