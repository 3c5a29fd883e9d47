/// Whether the listed differences explain all differences between a script and an executable in a case.
enum Explanation: Sendable {
    /// They do: the fewest differences that make the script's results those of the executable.
    case differences([ListedDifference])
    /// They do not: the differences that remain after all listed ones.
    case none([String])

    /// Searches for an explanation.
    ///
    /// - Parameters:
    ///   - official: the results of the script.
    ///   - ours: the results of the executable.
    ///   - run: runs the script in another case.
    static func find(
        _ given: Case,
        _ script: OfficialScript,
        official: Account,
        ours: Account,
        run: (Case) async throws -> Account
    ) async throws -> Explanation {
        var accounts = [given: official]
        func rest(with differences: [ListedDifference]) async throws -> [String] {
            var changed = given
            for difference in differences { difference.given(&changed) }
            var account: Account
            if let known = accounts[changed] { account = known } else { account = try await run(changed) }
            accounts[changed] = account
            for difference in differences { difference.taken(&account, given) }
            return account.differences(from: ours, names: Comparison.names)
        }

        var differences = ListedDifference.all(for: script)
        let unexplained = try await rest(with: differences)
        guard unexplained.isEmpty else { return .none(unexplained) }
        for difference in differences.reversed() {
            let others = differences.filter { $0.name != difference.name }
            if try await rest(with: others).isEmpty { differences = others }
        }
        return .differences(differences)
    }
}

extension [ListedDifference] {
    /// Whether the executable reports them on standard error: in a line that begins with the script's name, and is not the count
    /// at the end.
    func areReported(in stderr: String, script: String) -> Bool {
        !contains(where: \.isReported)
            || stderr.split(separator: "\n")
                .contains { $0.hasPrefix(script + ": ") && !$0.contains(#/: [0-9]+ of [0-9]+ (?:image|chart)/#) }
    }
}
