import FoundationEssentials
import OCI
import TestSupport
import Testing

/// Documents that readers could understand differently are rejected.
@Suite(.timeLimit(.minutes(1))) struct StrictJSONTests {
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private static func duplicate(_ json: String, _ comparison: StrictJSON.Comparison) -> String? {
        do {
            _ = try StrictJSON.decode(Anything.self, from: Array(json.utf8), comparing: comparison)
            return nil
        } catch {
            return (error as? DuplicateFieldError)?.name ?? "\(error)"
        }
    }

    @Test(
        arguments: [
            (#"{"a":1,"a":2}"#, "a"),
            (#"{"a":{"b":1,"c":[{"d":1},{"d":1,"e":{},"d":2}]}}"#, "d"),
            (#"{"\u0061":1,"a":2}"#, "a"),
            (#"{"a\"":1 , "b":"\\" , "a\"":2}"#, #"a""#),
            (#"[{"a":1},[{"a":1,"b":{"a":1},"a":1}]]"#, "a"),
            (#"{"annotations":{"x":"1","x":"2"}}"#, "x"),
            (#"{"":1,"":2}"#, ""),
        ]
    )
    func duplicateNames(json: String, name: String) {
        #expect(Self.duplicate(json, .exact) == name)
        #expect(Self.duplicate(json, .ignoringCase) == name)
    }

    @Test(
        "Go takes a field's name in any case for that of a struct's field",
        arguments: [
            (#"{"layers":[],"Layers":[]}"#, "Layers"),
            (#"{"layers":[],"LAYER\u017F":[]}"#, "LAYERſ"),
            (#"{"mediaType":"a","\u212Aind":1,"kind":2}"#, "kind"),
            (#"{"config":{"size":1,"Size":2}}"#, "Size"),
        ]
    )
    func duplicateNamesInDifferentCase(json: String, name: String) {
        #expect(Self.duplicate(json, .ignoringCase) == name)
        #expect(Self.duplicate(json, .exact) == nil)
    }

    @Test(
        arguments: [
            #"{"a":{"x":1},"b":{"x":1},"c":["a","a","a"],"d":"a","e":"{\"a\":1,\"a\":2}"}"#,
            #"[{"a":1},{"a":1}]"#,
            #"{"annotations":{"k":"1","K":"2"},"config":{"Labels":{"l":"","L":""},"Volumes":{"/a":{},"/A":{}}}}"#,
            "[]", #""text""#, "3",
        ]
    )
    func otherDocumentsAreDecoded(json: String) {
        #expect(Self.duplicate(json, .ignoringCase) == nil)
    }

    @Test func invalidJSONIsTheDecodersError() {
        for json in ["", "{", #"{"a""#, #"{"a":1,"a"#, "]]]", #"{"a":}"#, #"{,"a":1,"a":1}"#] {
            #expect(throws: (any Error).self) {
                try StrictJSON.decode(Anything.self, from: Array(json.utf8))
            }
        }
    }

    @Test func manyFieldsDoNotTakeQuadraticTime() {
        let fields = (0..<50_000).map { #""\#($0)":0"# }.joined(separator: ",")
        #expect(Self.duplicate("{\(fields)}", .ignoringCase) == nil)
        #expect(Self.duplicate(#"{\#(fields),"77":1}"#, .ignoringCase) == "77")
    }
}
