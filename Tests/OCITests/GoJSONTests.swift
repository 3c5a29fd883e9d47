import OCI
import Testing

/// JSON equal to that of Go's `encoding/json` byte for byte.
@Suite(.timeLimit(.minutes(5))) struct GoJSONTests {
    @Test(
        arguments: [
            ("what HTML has a meaning for", "<a href=\"x\">&'", #""\u003ca href=\"x\"\u003e\u0026'""#),
            ("a backslash", #"a\b"#, #""a\\b""#),
            ("a slash stays", "a/b", #""a/b""#),
            ("short escapes", "\n\r\t\u{8}\u{c}", #""\n\r\t\b\f""#),
            ("other control characters", "\0\u{1}\u{b}\u{1f}", #""\u0000\u0001\u000b\u001f""#),
            ("a carriage return before a line feed", "\r\n", #""\r\n""#),
            ("DEL stays", "\u{7f}", "\"\u{7f}\""),
            ("line separators of Unicode", "\u{2028}\u{2029}", #""\u2028\u2029""#),
            ("other text stays", "é\u{301}日本🐮", "\"é\u{301}日本🐮\""),
            ("nothing", "", #""""#),
        ]
    )
    func strings(reason: String, value: String, json: String) {
        #expect(String(decoding: GoJSON.string(value).compact, as: UTF8.self) == json)
    }

    @Test(
        arguments: [
            (GoJSON.integer(.min), "-9223372036854775808"), (.integer(0), "0"), (.boolean(true), "true"),
            (.boolean(false), "false"), (.null, "null"), (.strings(nil), "null"), (.strings([]), "[]"),
            (.strings(["a", "b"]), #"["a","b"]"#), (.object([]), "{}"),
            (.object([("b", .null), ("a", .integer(1))]), #"{"b":null,"a":1}"#),
            (.map(["b": .null, "a": .integer(1), "Z": .integer(2), "é": .null]), #"{"Z":2,"a":1,"b":null,"é":null}"#),
        ]
    )
    func compact(value: GoJSON, json: String) {
        #expect(String(decoding: value.compact, as: UTF8.self) == json)
    }

    @Test func indentation() {
        let value = GoJSON.object([
            ("a", .array([.integer(1), .array([]), .object([])])), ("b", .object([("c", .string("d"))])),
        ])
        let json = """
            {
               "a": [
                  1,
                  [],
                  {}
               ],
               "b": {
                  "c": "d"
               }
            }
            """
        #expect(String(decoding: value.indented(by: 3), as: UTF8.self) == json)
    }
}
