import HTTP
import Testing

@Suite(.timeLimit(.minutes(5))) struct HTTPHeadersTests {
    @Test func namesAreCaseInsensitive() {
        let headers: HTTPHeaders = ["Docker-Content-Digest": "a", "Link": "b", "link": "c"]
        #expect(headers["docker-content-digest"] == "a")
        #expect(headers["LINK"] == "b", "the first of two")
        #expect(headers.values("Link") == ["b", "c"])
        #expect(headers["Docker-Content"] == nil)
        #expect(headers.values("Range").isEmpty)
    }

    @Test func onlyLettersHaveCase() {
        #expect((["A@": "1"] as HTTPHeaders)["a`"] == nil, "they differ in the bit that parts cases of letters")
    }

    @Test func orderIsKept() {
        var headers = HTTPHeaders([("B", "1"), ("A", "2")])
        headers.add("B", "3")
        #expect(headers.entries.map { "\($0.name)\($0.value)" } == ["B1", "A2", "B3"])
    }

    @Test func settingReplacesAllOfThatName() {
        var headers: HTTPHeaders = ["A": "1", "B": "2", "a": "3"]
        headers["A"] = "4"
        #expect(headers.entries.map { "\($0.name)\($0.value)" } == ["B2", "A4"])
        headers["b"] = nil
        #expect(headers.entries.map(\.name) == ["A"])
    }
}
