import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct HelmVersionTests {
    private static let rows: [(String, Bool?, String)] = [
        ("v3.14.2+gc309b6f", true, "as helm 3 prints it"),
        ("v3.8.0+g1\n", true, "the first one"),
        ("v3.7.2", false, "the last one before"),
        ("v3.10.0", true, "numbers, not texts, are compared"),
        ("v4.0.1+g0000000", true, "helm 4"),
        ("Client: v2.17.0+ga690bad", false, "helm 2"),
        ("3.14", true, "without a v"),
        ("", nil, "nothing"),
        ("helm", nil, "no number"),
        ("v3", nil, "one number"),
        ("v99999999999999999999.1.0", nil, "more than a number can hold"),
    ]

    @Test(arguments: rows)
    func charts(_ text: String, _ expected: Bool?, _ reason: String) {
        #expect(HelmVersion(text).map { $0 >= .firstWithCharts } == expected, "\(reason)")
    }
}
