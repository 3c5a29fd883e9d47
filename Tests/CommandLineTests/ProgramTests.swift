import CommandLine
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProgramTests {
    @Test(arguments: [
        ("/usr/bin/rancher-save-images", Program.save),
        ("rancher-load-images", .load),
        ("./rancher-load-images.ps1", .load),
        ("/opt/rancher-load-images-0.1.0 (deleted)", .load),
        ("C:RANCHER-SAVE-IMAGES.PS1", .save),
        ("/rancher-save-images/rancher-load-images", .load),
    ])
    func theNameDecides(_ path: String, _ program: Program) {
        #expect(Program(named: path) == program)
    }

    /// A wrong guess would move images the wrong way.
    @Test(arguments: [
        "", "rancher-images", "load", "rancher-load-images/run", "rancher-save-images-and-rancher-load-images",
    ])
    func anAmbiguousNameIsRejected(_ path: String) {
        #expect(Program(named: path) == nil)
    }
}
