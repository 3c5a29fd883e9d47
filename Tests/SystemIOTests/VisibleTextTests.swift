import SystemIO
import TestSupport
import Testing

/// Text from outside on its way to a terminal.
@Suite(.timeLimit(.minutes(1))) struct VisibleTextTests {
    @Test(
        "what a terminal would act on or not show is escaped",
        arguments: [
            ("rancher/shell:v1 é € 版本", "rancher/shell:v1 é € 版本"),
            ("a\u{1B}[31mb\r\n", #"a\u{1B}[31mb\r\n"#),
            ("C1: \u{9B}2J", #"C1: \u{009B}2J"#),
            (
                "bidi: \u{202E}cba\u{202C} \u{2067}x\u{2069} \u{061C}",
                #"bidi: \u{202E}cba\u{202C} \u{2067}x\u{2069} \u{061C}"#
            ),
            ("zero width: a\u{200B}b\u{200D}\u{FEFF}", #"zero width: a\u{200B}b\u{200D}\u{FEFF}"#),
            ("separators: \u{2028}\u{2029}", #"separators: \u{2028}\u{2029}"#),
            ("fillers: \u{3164}\u{115F}\u{FE0F}\u{E0041}", #"fillers: \u{3164}\u{115F}\u{FE0F}\u{000E0041}"#),
            (String(nativeBytes: [0x61, 0xFF, 0xC3]), #"a\xFF\xC3"#),
        ]
    )
    func escaping(text: String, visible: String) {
        #expect(text.visible == visible)
    }

    @Test(arguments: 0...9)
    func aPrefixHasCompleteScalars(count: Int) {
        // 1, 2, 3 and 1 bytes.
        let text = "aé€b"
        let prefix = text.prefix(utf8Bytes: count)
        let expected = [0: "", 1: "a", 2: "a", 3: "aé", 4: "aé", 5: "aé", 6: "aé€"]
        #expect(String(prefix) == expected[count, default: text])
    }

    @Test func combiningMarksDoNotEscapeTheLimit() {
        let text = "e" + String(repeating: "\u{301}", count: 30_000)
        #expect(text.count == 1)
        #expect(text.prefix(utf8Bytes: 300).utf8.count <= 300)
    }
}
