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
}
