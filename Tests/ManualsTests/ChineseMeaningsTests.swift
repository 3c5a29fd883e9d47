import CommandLine
import Testing

@testable import Manuals

@Suite(.timeLimit(.minutes(1))) struct ChineseMeaningsTests {
    /// A translation whose English meaning has changed is reported here.
    @Test func eachIsOfAFlag() {
        let meanings = Set(Flag.table.map(\.meaning))
        #expect(ChineseMeanings.table.keys.filter { !meanings.contains($0) } == [])
    }

    @Test func eachFlagHasOne() {
        #expect(Flag.table.map(\.meaning).filter { ChineseMeanings.table[$0] == nil } == [])
    }

    /// A translation is in Chinese, and names the same flags and variables as the original.
    @Test(arguments: ChineseMeanings.table.keys.sorted())
    func eachIsATranslation(meaning: String) throws {
        let translation = try #require(ChineseMeanings.table[meaning])
        let name = #/--[a-z-]+|[A-Z]+_[A-Z_]+/#
        #expect(Set(translation.matches(of: name).map(\.output)) == Set(meaning.matches(of: name).map(\.output)))
        #expect(translation.contains(#/\p{Han}/#))
    }
}
