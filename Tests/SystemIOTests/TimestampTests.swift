import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TimestampTests {
    struct Row: Sendable {
        let text: String
        let written: String?
        let seconds: Int64
        let reason: String
    }

    static let rows = [
        Row(text: "1970-01-01T00:00:00Z", written: nil, seconds: 0, reason: "the epoch"),
        Row(text: "2024-05-01T10:00:00.123456789Z", written: nil, seconds: 1_714_557_600, reason: "nanoseconds"),
        Row(
            text: "2024-03-05T06:07:08.120Z",
            written: "2024-03-05T06:07:08.12Z",
            seconds: 1_709_618_828,
            reason: "zeros at the end are dropped"
        ),
        Row(
            text: "2024-03-05T06:07:08.000Z",
            written: "2024-03-05T06:07:08Z",
            seconds: 1_709_618_828,
            reason: "a fraction of zeros is dropped"
        ),
        Row(
            text: "2024-03-05T06:07:08.1234567899Z",
            written: "2024-03-05T06:07:08.123456789Z",
            seconds: 1_709_618_828,
            reason: "digits below a nanosecond are dropped"
        ),
        Row(text: "2023-01-02T03:04:05+02:00", written: nil, seconds: 1_672_621_445, reason: "an offset is kept"),
        Row(text: "2023-01-02T03:04:05-07:30", written: nil, seconds: 1_672_655_645, reason: "an offset to the west"),
        Row(
            text: "2023-01-02T03:04:05+00:00",
            written: "2023-01-02T03:04:05Z",
            seconds: 1_672_628_645,
            reason: "no offset is Z"
        ),
        Row(text: "1969-12-31T23:59:59.5Z", written: nil, seconds: -1, reason: "rounded down before 1970"),
        Row(text: "0001-01-01T00:00:00Z", written: nil, seconds: -62_135_596_800, reason: "Go's zero time"),
        Row(text: "0000-01-01T00:00:00Z", written: nil, seconds: -62_167_219_200, reason: "the first year"),
        Row(text: "9999-12-31T23:59:59Z", written: nil, seconds: 253_402_300_799, reason: "the last year"),
        Row(text: "2000-02-29T00:00:00Z", written: nil, seconds: 951_782_400, reason: "a leap day of a century"),
    ]

    @Test(arguments: rows)
    func timesAreParsedAndWrittenAsByGo(row: Row) throws {
        let time = try #require(Timestamp(row.text), "\(row.reason)")
        #expect(time.goText == row.written ?? row.text, "\(row.reason)")
        #expect(time.seconds == row.seconds, "\(row.reason)")
    }

    @Test(arguments: [
        "", "2024-05-01", "2024-05-01 10:00:00Z", "2024-05-01t10:00:00Z", "2024-05-01T10:00:00z", "2024-05-01T10:00:00",
        "2024-05-01T10:00:60Z", "2024-05-01T24:00:00Z", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-05-01T10:00:00.Z",
        "2024-05-01T10:00:00,5Z", "2024-05-01T10:00:00+0200", "2024-05-01T10:00:00+24:00", "2024-05-01T10:00:00ZZ",
        "+024-05-01T10:00:00Z", "99999-05-01T10:00:00Z", "2024-05-01T10:00:00Z\n",
    ])
    func timesThatGoRejectsAreRejected(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func secondsEqualThoseOfDate() throws {
        let texts = stride(from: 1601, through: 2400, by: 37)
            .flatMap { year in
                ["02-28", "03-01", "07-31", "12-31"].map { "\(year)-\($0)T12:34:56Z" }
            }
        let directory = try TemporaryDirectory()
        try directory.write(texts.map { $0 + "\n" }.joined(), to: "times")
        let expected = String(decoding: try directory.shell("date -u -f times +%s"), as: UTF8.self)
            .split(separator: "\n")
        #expect(texts.map { Timestamp($0).map { String($0.seconds) } ?? "" } == expected.map(String.init))
    }

    @Test(arguments: [(1_715_938_200, 250_999_999, "2024-05-17T09:30:00.250Z"), (-1, 0, "1969-12-31T23:59:59.000Z")])
    func descriptionsAreInUTCWithMilliseconds(seconds: Int64, nanoseconds: Int, text: String) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).description == text)
    }
}
