/// Takes sentences that an engine has to say beside its result: what the user should know though nothing has failed.
public typealias EngineNotice = @Sendable (String) -> Void
