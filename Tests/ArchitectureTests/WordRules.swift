/// The words that the project does not use, as POSIX extended regular expressions without regard to case. A space in an
/// expression matches line breaks too.
enum WordRules {
    struct Rule: Sendable {
        var pattern: String
        var use: String

        init(_ pattern: String, _ use: String) {
            self.pattern = pattern
            self.use = use
        }
    }

    /// A phrase that no rule applies to, with the reason.
    struct Exception: Sendable {
        var pattern: String
        var reason: String

        init(_ pattern: String, _ reason: String) {
            self.pattern = pattern
            self.reason = reason
        }
    }

    /// Rules for every text.
    static let rules = [
        Rule(#"\b(tells?|told|telling)\b"#, "print, report, log, say; distinguish"),
        Rule(#"\b(be|been|being|is|are|was|were|not|ever|never) had\b"#, "be available, be fetched, be downloaded"),
        Rule(#"\banew\b"#, "again, start over, retry, restart"),
        Rule(#"\bwhole\b"#, "complete, entire, all of"),
        Rule(#"\bas (it|they) (is|are|was|were|stands?)\b"#, "unchanged, unmodified"),
        Rule(#"\b(go|goes|went|going|gone) on\b"#, "resume, continue"),
        Rule(#"\b(come|comes|came|coming) to( be)? nothing\b"#, "fail"),
        Rule(#"\bin vain\b"#, "without success, not found"),
        Rule(#"\bmend(s|ed|ing)?\b"#, "repair"),
        Rule(#"\bby (itself|themselves)\b"#, "alone, automatically, without help"),
        Rule(#"\b(stands|stood|standing) in\b|\bstand in (for|the)\b"#, "is, replaces, simulates, is used instead of"),
        Rule(#"\bin the place of\b"#, "instead of"),
        Rule(#"\bbesides?\b"#, "next to, with, in addition to"),
        Rule(#"\bbehind\b"#, "after"),
        Rule(#"\bin front of\b"#, "before"),
        Rule(#"\b(left|leave|leaves|leaving) ([a-z]+ ){0,2}alone\b"#, "back off, not used, unchanged"),
        Rule(#"\bso many\b"#, "the count or the name of the parameter"),
        Rule(#"\bof (its|their|his|our|one's|the [a-z]+'s?|[a-z]+'s?) (own )?making\b"#, "made by, of"),
        Rule(#"\b(leads?|led|leading) to\b"#, "resolves to, causes"),
        Rule(#"\brooms?\b"#, "space"),
        Rule(#"\bholes?\b"#, "vulnerability, gap"),
        Rule(#"\bfolders?\b"#, "directory"),
        Rule(#"\bblanks?\b"#, "spaces"),
        Rule(#"\bwords? (of|on) (the|a|its|this|that|their) (command|script|program|call|flag)"#, "arguments"),
        Rule(#"\b(prove|proves|proved|proven|proving)\b"#, "verify, show, confirm"),
        Rule(#"\blook(s|ed|ing)? at\b"#, "check, examine, read"),
        Rule(#"\b(take|takes|took|taken|taking) note\b"#, "record"),
        Rule(#"\b(nobody|whoever|somebody|anybody|everybody)\b"#, "the caller, a user, no process, every client"),
        Rule(#"\bwhat (@?unchecked|the unchecked)\b"#, "the lock or queue that protects the state"),
        Rule(#"\b(whence|hence|thereof|therein|whereof|hitherto|hereby|thither)\b"#, "a plain word"),
    ]

    /// Rules for the beginning of a doc comment, and of the text of a parameter or a result.
    static let beginnings = [
        Rule(#"^(what|where|who|whom|whose|whoever|how|why|that which|those)\b"#, "a noun phrase, or a verb: Returns"),
        Rule(#"(^|[[:space:]])- ([a-z`]+( [a-z`]+)?): (what|where|who|whom|whose|how|why)\b"#, "a noun phrase"),
    ]

    static let exceptions = [
        Exception(#"\bwhole (numbers?|seconds?)\b"#, "the term of arithmetic"),
        Exception(#"\bas a whole\b"#, "plain English"),
        Exception(
            #"\bbehind ((a|an|the|its|their|another|one) ([a-z]+ |[a-z]+-){0,2}(proxy|proxies|gap|firewall|balancer)|nginx)\b"#,
            "network topology"
        ),
        Exception(#"\bin front of (a|the|its) (registry|registries|server|host)\b"#, "network topology"),
        Exception(#"\b(proxy|proxies|caches?|balancer|nginx|ingress) in front of\b"#, "network topology"),
        Exception(
            #"\bSEEK_HOLE\b|\bpunch(es|ed)? holes?\b|\bholes? in (a|the) (sparse )?file\b|\bsparse holes?\b"#,
            "the term of file systems"
        ),
    ]
}
