import SystemIO
import Testing

@Suite(.timeLimit(.minutes(1))) struct TrimmingTests {
    @Test(arguments: [
        ("", "", ""), ("  ", "", ""), ("a", "a", "a"), (" a", "a", " a"), ("a ", "a", "a"), ("  a b  ", "a b", "  a b"),
    ])
    func spacesAtTheEnds(text: String, both: String, end: String) {
        let isSpace = { (character: Character) in character == " " }
        #expect(text.trimming(while: isSpace) == both)
        #expect(text.trimmingSuffix(while: isSpace) == end)
        #expect(text.dropFirst(0).trimming(while: isSpace) == both, "of a part")
    }
}
