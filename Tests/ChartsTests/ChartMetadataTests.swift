import OCI
import Testing

@testable import Charts

@Suite(.timeLimit(.minutes(2))) struct ChartMetadataTests {
    private func json(_ yaml: String, requirements: String? = nil) throws -> String {
        let fields = try YAMLFields(try YAMLParser.parse(Array(yaml.utf8)))
        let others = try requirements.map { try YAMLFields(try YAMLParser.parse(Array($0.utf8))) }
        return String(decoding: try ChartMetadata(fields, requirements: others).json.compact, as: UTF8.self)
    }

    @Test func allFieldsInTheOrderOfHelmsStruct() throws {
        let yaml = """
            type: application
            dependencies:
            - {name: a, version: ~1.2, repository: "https://a.example", condition: a.enabled, tags: [x, 7], enabled: true,
               import-values: [data, {parent: p, child: c}], alias: b}
            - name: c
            kubeVersion: '>= 1.25.0-0 < 1.34.0-0'
            annotations: {b: "1", a: yes, c: , 7: x}
            deprecated: true
            appVersion: 1.10
            tags: t
            condition: k
            apiVersion: v2
            icon: https://i.example/<&>.svg
            maintainers: [{url: u, email: e@x.example, name: me}, {}]
            keywords: [k, 1, 1.50]
            description: "two\\tlines\\nhere\\u200b"
            version: 1.2.3+up0.1.0
            sources: [s, t]
            home: h
            name: demo
            unknown: [1, {2: 3}]
            """
        let expected =
            #"{"name":"demo","home":"h","sources":["s","t"],"version":"1.2.3+up0.1.0","description":"two lines here","#
            + #""keywords":["k","1","1.5"],"maintainers":[{"name":"me","email":"e@x.example","url":"u"},{}],"#
            + #""icon":"https://i.example/\u003c\u0026\u003e.svg","apiVersion":"v2","condition":"k","tags":"t","#
            + #""appVersion":"1.1","deprecated":true,"annotations":{"7":"x","a":"true","b":"1","c":""},"#
            + #""kubeVersion":"\u003e= 1.25.0-0 \u003c 1.34.0-0","#
            + #""dependencies":[{"name":"a","version":"~1.2","repository":"https://a.example","condition":"a.enabled","#
            + #""tags":["x","7"],"enabled":true,"import-values":["data",{"child":"c","parent":"p"}],"alias":"b"},"#
            + #"{"name":"c","repository":""}],"type":"application"}"#
        #expect(try json(yaml) == expected)
    }

    @Test(
        "texts of scalars",
        arguments: [
            ("1.10", "1.1"), ("'1.10'", "1.10"), ("\"1.10\"", "1.10"), ("!!str 1.10", "1.10"), ("1.2.3", "1.2.3"),
            ("v1", "v1"), ("010", "8"), ("08", "8"), ("0x1F", "31"), ("0b101", "5"), ("1_000", "1000"), ("+5", "5"),
            ("-5", "-5"), ("1e3", "1000"), ("1e6", "1e+06"), ("123456789.5", "1.234567895e+08"), ("1.0", "1"),
            ("0.00001", "1e-05"), (".5", "0.5"), ("-0.0", "-0"), ("yes", "true"), ("Off", "false"),
            ("2024-01-02", "2024-01-02"), ("20240102", "20240102"), ("99999999999999999999", "1e+20"), ("1.", "1"),
            ("1.5e", "1.5e"), ("0x", "0x"), (". ", "."), ("1.30.0", "1.30.0"),
            ("18446744073709551615", "18446744073709551615"),
        ]
    )
    func scalars(yaml: String, text: String) throws {
        let start = #"{"name":"a","version":"1","apiVersion":"v1","appVersion":""#
        #expect(try json("name: a\nversion: 1\nappVersion: \(yaml)\n") == start + text + #""}"#)
    }

    @Test(
        "what is read though it is seldom written",
        arguments: [
            (
                "name: a\nversion: 1\nVERSION: 2\n", #"{"name":"a","version":"1","apiVersion":"v1"}"#,
                "the exact name counts more"
            ),
            ("NAME: a\nVersion: 1\n", #"{"name":"a","version":"1","apiVersion":"v1"}"#, "letter case"),
            ("name: a\nversion: 1\nversion: 2\n", #"{"name":"a","version":"2","apiVersion":"v1"}"#, "the last of two"),
            (
                "name: a\nversion: &v 1\nappVersion: *v\n",
                #"{"name":"a","version":"1","apiVersion":"v1","appVersion":"1"}"#, "alias"
            ),
            (
                "x: &x {home: m, version: 7}\n<<: *x\nname: a\nversion: 1\n",
                #"{"name":"a","home":"m","version":"1","apiVersion":"v1"}"#, "merge"
            ),
            ("name: a\nversion: 1\nkeywords:\nhome: ~\n", #"{"name":"a","version":"1","apiVersion":"v1"}"#, "null"),
            (
                "---\nname: a\nversion: 1\n---\nname: b\n", #"{"name":"a","version":"1","apiVersion":"v1"}"#,
                "the first document"
            ),
            ("\u{FEFF}name: a\nversion: 1\n", #"{"name":"a","version":"1","apiVersion":"v1"}"#, "byte order mark"),
        ]
    )
    func seldom(yaml: String, expected: String, reason: String) throws {
        #expect(try json(yaml) == expected, "\(reason)")
    }

    @Test func version1ChartsHaveDependenciesInRequirements() throws {
        let found = try json("name: a\nversion: 1\n", requirements: "dependencies: [{name: b, repository: r}]\n")
        #expect(found.hasSuffix(#""dependencies":[{"name":"b","repository":"r"}]}"#))
    }

    @Test(
        "fields that Helm rejects",
        arguments: [
            ("version: 1", "it has no name"), ("name: a", "it has no version"), ("", "it has no name"),
            ("- a", "it is no mapping"),
            ("name: a/b\nversion: 1", "'a/b' is no name of a chart"),
            ("name: ..\nversion: 1", "'..' is no name of a chart"),
            ("name: a\nversion: 1\ntype: x", "its type 'x' is neither application nor library"),
            ("name: [a]\nversion: 1", "name is no text"), ("name: a\nversion: 1\nkeywords: k", "keywords is no list"),
            ("name: a\nversion: 1\nkeywords: [[k]]", "keywords has something else than texts"),
            ("name: a\nversion: 1\ndeprecated: 'true'", "deprecated is neither true nor false"),
            ("name: a\nversion: 1\nmaintainers: [~]", "maintainers has an empty entry"),
            ("name: a\nversion: 1\nmaintainers: [m]", "maintainers[0] is no mapping"),
            ("name: a\nversion: 1\ndependencies: [{name: {}}]", "dependencies[0].name is no text"),
            ("name: a\nversion: 1\nannotations: {a: []}", "annotations has something else than texts"),
            (
                "name: a\nversion: 1\ndependencies: [{import-values: [1.5]}]",
                "dependencies[0].import-values has a number, which has no meaning there"
            ),
        ]
    )
    func refusals(yaml: String, problem: String) throws {
        let error = #expect(throws: ChartFileError.self) { try json(yaml) }
        #expect(error?.description == problem)
    }

    @Test(
        "invalid YAML, and too much YAML",
        arguments: [
            ("a: [", "did not find expected node content", true), ("a: 1\nb:\t- x: [\n", "", true),
            ("a: *b", "it has no node called b before the alias", false),
            ("a: &a [*a]", "it has no node called a before the alias", false),
            (
                (0..<20).map { "k\($0): &k\($0) [\($0 == 0 ? "x" : "*k\($0 - 1), *k\($0 - 1)")]\n" }.joined(),
                "it has more than 100,000 nodes", false
            ),
            (String(repeating: "[", count: 100), "its nodes lie more than 64 deep in one another", false),
            ("a: \u{1}", "control characters are not allowed", true),
        ] as [(String, String, Bool)]
    )
    func invalidYAML(yaml: String, problem: String, hasLine: Bool) throws {
        let error = #expect(throws: ChartFileError.self) { try YAMLParser.parse(Array(yaml.utf8)) }
        #expect(error?.description.hasSuffix(problem) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix("line ") == hasLine)
    }
}
