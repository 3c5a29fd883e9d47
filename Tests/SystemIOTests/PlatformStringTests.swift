import SystemIO
import Testing

@Suite(.timeLimit(.minutes(2))) struct PlatformStringTests {
    @Test func everyByteComesBack() {
        let all = Array(UInt8.min...UInt8.max)
        #expect(String(nativeBytes: all).nativeBytes == all)
        for first in all {
            #expect(String(nativeBytes: [first]).nativeBytes == [first])
            for second in all {
                let pair = [first, second]
                #expect(String(nativeBytes: pair).nativeBytes == pair)
                #expect(String(nativeBytes: [0xF4, 0x8F] + pair).nativeBytes == [0xF4, 0x8F] + pair)
            }
        }
    }

    private static let rows: [(bytes: [UInt8], reason: String)] = [
        ([0x61, 0xE9, 0x6E], "Latin 1"),
        ([0xC3], "UTF-8 that is cut off"),
        ([0xC0, 0x80], "a form that is longer than need be"),
        ([0xED, 0xA0, 0x80], "half of a surrogate pair"),
        ([0xF4, 0x8F, 0xBE, 0x80], "a scalar that stands for a byte"),
        ([0xF4, 0x8F, 0xBF, 0xBF], "the last scalar there is"),
        ([0xF4, 0x90, 0x80, 0x80], "behind the last scalar"),
    ]

    @Test(arguments: rows)
    func bytesHaveTextsOfTheirOwn(_ bytes: [UInt8], _ reason: String) {
        let text = String(nativeBytes: bytes)
        #expect(text.nativeBytes == bytes, "\(reason)")
        #expect(text.nativeCString.map { UInt8(bitPattern: $0) } == bytes + [0], "\(reason)")
        #expect(!text.unicodeScalars.contains("\u{FFFD}"), "\(reason)")
    }

    @Test func textStaysText() {
        let text = "rancher/ünïcode:v1 \u{10FF7F} 漢字"
        #expect(String(nativeBytes: text.utf8) == text)
        #expect(text.nativeBytes == Array(text.utf8))
        #expect(text.withCString { String(nativeCString: $0) } == text)
    }
}
