import CaseFormat

extension Case {
    /// Shrinks the case step by step while a condition holds.
    ///
    /// - Parameter attempts: The maximum number of smaller cases that are tried.
    func shrunk(attempts: Int, while isStill: (Case) async throws -> Bool) async throws -> Case {
        var smallest = self
        var left = attempts
        var hasShrunk = true
        while hasShrunk {
            hasShrunk = false
            var reductions = smallest.reductions
            var index = 0
            while index < reductions.count {
                let smaller = reductions[index]
                if smaller != smallest {
                    guard left > 0 else { return smallest }
                    left -= 1
                    if try await isStill(smaller) {
                        smallest = smaller
                        hasShrunk = true
                        // The next reduction has the index of the one that was applied.
                        reductions = smallest.reductions
                        continue
                    }
                }
                index += 1
            }
        }
        return smallest
    }

    /// Cases with one thing less, those first that have much less.
    private var reductions: [Case] {
        withLessAround + withFewerAnswers + withFewerWords + withLessInFiles + withPlainNames
    }

    private func with(_ change: (inout Case) -> Void) -> Case {
        var changed = self
        change(&changed)
        return changed
    }

    private var withLessAround: [Case] {
        [
            with { $0.helm = nil },
            with {
                $0.docker = .init()
                $0.docker?.refusesInvalidReferences = docker?.refusesInvalidReferences
            },
            with { $0.env = [:] }, with { $0.logsVariables = nil },
        ] + env.keys.sorted().map { name in with { $0.env[name] = nil } }
            + files.keys.sorted().map { path in with { $0.files[path] = nil } }
    }

    private var withFewerAnswers: [Case] {
        let lists: [WritableKeyPath<Answers.Docker, [String]?>] = [
            \.pullFails, \.local, \.loads, \.tagFails, \.pushFails, \.manifestCreateFails, \.manifestPushFails,
            \.withoutTls,
        ]
        let switches: [WritableKeyPath<Answers.Docker, Bool?>] = [
            \.saveFails, \.saveBreaks, \.loadFails, \.warns, \.refusesInvalidReferences,
        ]
        var cases = switches.map { key in with { $0.docker?[keyPath: key] = nil } }
        cases += [
            with { $0.docker?.info = nil }, with { $0.docker?.statuses = nil }, with { $0.helm?.version = nil },
            with { $0.helm?.statuses = nil }, with { $0.helm?.warns = nil },
        ]
        for key in lists {
            cases += Self.parts(of: docker?[keyPath: key]).map { part in with { $0.docker?[keyPath: key] = part } }
        }
        for key in [\Answers.Helm.pullFails, \.pushFails] {
            cases += Self.parts(of: helm?[keyPath: key]).map { part in with { $0.helm?[keyPath: key] = part } }
        }
        for command in (docker?.statuses ?? [:]).keys.sorted() {
            cases.append(with { $0.docker?.statuses?[command] = nil })
        }
        return cases
    }

    private var withFewerWords: [Case] {
        [2, 1]
            .flatMap { count in
                argv.indices.dropLast(count - 1).map { start in with { $0.argv.removeSubrange(start..<start + count) } }
            }
    }

    private var withLessInFiles: [Case] {
        var cases: [Case] = []
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let lines = Self.lines(bytes)
            cases += Self.parts(of: lines).map { part in with { $0.files[path] = Array((part ?? []).joined()) } }
        }
        return cases
            + Self.parts(of: stdin.map { Self.lines(Array($0.utf8)) })
            .map { part in with { $0.stdin = String(decoding: (part ?? []).joined(), as: UTF8.self) } }
    }

    /// Each line that is longer than a plain name, replaced by one, and without spaces.
    private var withPlainNames: [Case] {
        let plain = Array("a/b:v1".utf8)
        return files.sorted { $0.key < $1.key }
            .flatMap { path, bytes in
                let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
                return lines.indices.flatMap { index in
                    [Self.trimmed(lines[index]), plain].filter { $0.count < lines[index].count }
                        .map { name in
                            var changed = lines
                            changed[index] = name
                            return with { $0.files[path] = Array(changed.joined(separator: [UInt8(ascii: "\n")])) }
                        }
                }
            }
    }

    /// A list without its first half, without its second half, and without each element; `nil` if it is empty.
    private static func parts<Element>(of list: [Element]?) -> [[Element]?] {
        guard let list, !list.isEmpty else { return [] }
        let half = list.count / 2
        let halves = list.count > 2 ? [Array(list[half...]), Array(list[..<half])] : []
        let rest = list.indices.map { index in Array(list[..<index] + list[(index + 1)...]) }
        return (halves + rest).map { $0.isEmpty ? nil : $0 }
    }

    /// Lines with their newlines.
    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        for byte in bytes {
            lines[lines.count - 1].append(byte)
            if byte == UInt8(ascii: "\n") { lines.append([]) }
        }
        return lines.filter { !$0.isEmpty }
    }
}
