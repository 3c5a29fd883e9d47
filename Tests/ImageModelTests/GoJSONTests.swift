import FoundationEssentials
import ImageModel
import TestSupport
import Testing

/// JSON to the byte as Go's `encoding/json` writes it.
@Suite struct GoJSONTests {
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

    @Test(
        "what docker manifest push has put into a registry is repeated to the byte",
        arguments: ["rancher-agent.1809+linux.json", "rancher-agent.1809+ltsc2022+linux.json", "wins.1809.json"]
    )
    func manifestLists(name: String) throws {
        let bytes = try Fixtures.bytes("manifest-lists/\(name)")
        #expect(try Self.value(of: bytes).indented(by: 3) == bytes)
    }

    /// Without a parser of our own the order of fields has to be that of docker's struct.
    private static func value(of list: [UInt8]) throws -> GoJSON {
        guard case .index(let entries) = try Manifest(bytes: list).content else { return .null }
        let items = entries.map { entry in
            var platform: [(name: String, value: GoJSON)] = [
                ("architecture", .string(entry.platform?.architecture ?? "")),
                ("os", .string(entry.platform?.os ?? "")),
            ]
            if let version = entry.platform?.osVersion { platform.append(("os.version", .string(version))) }
            return GoJSON.object([
                ("mediaType", .string(entry.mediaType.rawValue)), ("size", .integer(entry.size)),
                ("digest", .string(entry.digest.description)), ("platform", .object(platform)),
            ])
        }
        return .object([
            ("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.dockerManifestList.rawValue)),
            ("manifests", .array(items)),
        ])
    }
}
