/// The arguments of the command line.
struct Arguments {
    static let usage = """
        USAGE: compat-tests/compare-official DIRECTORY [--case NAME]... [--stand-ins-only]
               compat-tests/compare-official DIRECTORY --random N [--seed S] [--shrink M]

          DIRECTORY         has official scripts of one Rancher release: rancher-save-images.sh,
                            rancher-load-images.sh, and the .ps1 pair; those that are not there are left out
          --case NAME       only this case; may be repeated
          --stand-ins-only  not with a real docker too
          --random N        N random cases instead of the recorded ones; a difference that is not listed is
                            reduced, and printed as a case file
          --seed S          a number: the cases of another seed are other cases; 1 by default
          --shrink M        reduce a case of at most M kinds of differences; 8 by default
        """

    var directory: String
    var cases: Set<String> = []
    var standInsOnly = false
    var random: Int?
    var seed: UInt64 = 1
    var shrinking = 8

    /// Reads the arguments after the program's name.
    ///
    /// - Throws: ``ArgumentError``.
    init(_ words: [String]) throws(ArgumentError) {
        var rest = words[...]
        var directory: String?
        var randomFlag: String?
        while let word = rest.popFirst() {
            switch word {
            case "--case": cases.insert(try Self.value(of: word, from: &rest))
            case "--stand-ins-only": standInsOnly = true
            case "--random": random = Int(try Self.number(of: word, from: &rest, atMost: 1_000_000))
            case "--seed":
                seed = try Self.number(of: word, from: &rest, atMost: .max)
                randomFlag = word
            case "--shrink":
                shrinking = Int(try Self.number(of: word, from: &rest, atMost: 1_000))
                randomFlag = word
            case _ where word.hasPrefix("-"): throw ArgumentError("\(word) is no flag")
            case _ where directory != nil: throw ArgumentError("'\(word)' is one directory too many")
            default: directory = word
            }
        }
        guard let directory else { throw ArgumentError("no directory of official scripts is named") }
        self.directory = directory
        guard random == nil || cases.isEmpty else { throw ArgumentError("--case and --random exclude each other") }
        if random == nil, let randomFlag { throw ArgumentError("\(randomFlag) belongs to --random") }
    }

    private static func value(of flag: String, from rest: inout ArraySlice<String>) throws(ArgumentError) -> String {
        guard let value = rest.popFirst() else { throw ArgumentError("\(flag) has no value") }
        return value
    }

    private static func number(
        of flag: String,
        from rest: inout ArraySlice<String>,
        atMost limit: UInt64
    ) throws(ArgumentError) -> UInt64 {
        let value = try value(of: flag, from: &rest)
        guard let number = UInt64(value), (1...limit).contains(number) else {
            throw ArgumentError("\(flag): '\(value)' is no number from 1 to \(limit)")
        }
        return number
    }
}

/// An error in the command line.
struct ArgumentError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
