/// Why other processes, and so containers and VMs, cannot be seen from where tare runs: what is not seen may be there.
public struct HiddenProcesses: Sendable, Hashable, Codable {
  /// One line, without a full stop.
  public var cause: String
  /// What helps.
  public var remedy: String

  public init(_ cause: String, remedy: String) {
    self.cause = cause
    self.remedy = remedy
  }

  /// For lists of problems.
  public var problem: Problem { Problem(source: Self.source, message: "\(cause). Remedy: \(remedy)") }

  public static let source = "processes"
}
