import Manuals
import TestSupport
import Testing

/// The manual pages, as the programs read them that show manuals.
@Suite(.timeLimit(.minutes(2))) struct ManualPageTests {
    private static let pages = GeneratedFiles.files.filter { $0.path.contains("/man/") }.map(\.path)

    private func directory(with path: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(GeneratedFiles.files.first { $0.path == path }?.text ?? "", to: "page")
        return directory
    }

    @Test(.enabled(if: Machine.has("mandoc"), "needs mandoc"), arguments: pages)
    func mandocWarnsOfNothing(path: String) throws {
        try directory(with: path).shell("mandoc -T lint -W warning page >&2")
    }

    @Test(.enabled(if: Machine.has("groff"), "needs groff-base"), arguments: pages)
    func groffWarnsOfNothing(path: String) throws {
        let said = try directory(with: path).shell("groff -man -ww -z -T utf8 page 2>&1")
        #expect(String(decoding: said, as: UTF8.self) == "")
    }

    /// Dashes are those of a keyboard and apostrophes are not curled, so that what is shown can be copied.
    @Test(.enabled(if: Machine.has("groff"), "needs groff-base"))
    func typedTextIsShownLiterally() throws {
        let directory = try directory(with: "Packaging/share/man/man1/rancher-load-images.1")
        let shown = try directory.shell("groff -man -T utf8 -P -cbou page")
        let text = String(decoding: shown, as: UTF8.self)
        #expect(text.contains("rancher-load-images --registry HOST[:PORT][/PATH] [FLAG ...]"))
        #expect(text.contains("    --registry registry.example.com:5000\n"))
        #expect(text.contains("-l, --image-list PATH"))
    }
}
