/// What several engines have said so far.
public struct EngineAnswers: Sendable, Hashable {
  /// The last list of each engine that has ever answered. A later failure leaves it: an old name is better than none.
  public internal(set) var containers: [EngineEndpoint: [EngineContainer]] = [:]
  /// Engines whose last exchange failed, and how.
  public internal(set) var failures: [EngineEndpoint: EngineError] = [:]
  /// Exchanges that have ended, well or not; grows whenever there is something to look at.
  public internal(set) var revision = 0

  public init() {}

  mutating func record(_ result: Result<[EngineContainer], EngineError>, of endpoint: EngineEndpoint) {
    switch result {
    case .success(let list):
      containers[endpoint] = list
      failures[endpoint] = nil
    case .failure(let error): failures[endpoint] = error
    }
    revision += 1
  }
}
