import SystemIO
import Testing

@Suite(.timeLimit(.minutes(1))) struct TrimmingTests {
    @Test(arguments: [
        ("", "", ""), ("  ", "", ""), ("a", "a", "a"), (" a", "a", " a"), ("a ", "a", "a"), ("  a b  ", "a b", "  a b"),
    ])
    func blanksAtTheEnds(text: String, both: String, end: String) {
        let isBlank = { (character: Character) in character == " " }
        #expect(text.trimming(while: isBlank) == both)
        #expect(text.trimmingSuffix(while: isBlank) == end)
        #expect(text.dropFirst(0).trimming(while: isBlank) == both, "of a part")
    }
}
