import CommandLine
import Testing

@Suite(.timeLimit(.minutes(1))) struct TextTableTests {
    @Test func columnsAreAligned() {
        let table = TextTable(
            [["NAME", "SIZE", "STATE"], ["a", "1", ""], ["longer", "1000", "there"]],
            numbers: [1]
        )
        #expect(table.lines == ["NAME    SIZE  STATE", "a          1", "longer  1000  there"])
    }

    @Test func controlCharactersAreShown() {
        #expect(TextTable([["a\u{1B}[2Jb\n", "c"]]).lines == [#"a\u{1B}[2Jb\n  c"#])
    }
}
