/// A command that is started, with what belongs to it.
public struct CommandSubject: BootSubject {
  public let name: String
  public let command: String
  let words: [String]
  let ready: Readiness
  /// Before and after every run.
  let prepare: [String]?
  let cleanup: [String]?
  /// `NAME=VALUE` each.
  let environment: [String]
  let limits: Limits
  let observer: (any PhaseObserver)?

  public struct Limits: Sendable {
    /// Copies at once.
    public var copies = 1
    /// Nanoseconds from the request until ready; as long for `prepare` and `cleanup`.
    public var timeout: UInt64 = 60_000_000_000
    /// Nanoseconds from SIGTERM to SIGKILL.
    public var grace: UInt64 = 5_000_000_000
    /// Whether daemons are found that leave their process group. It concerns all children of this process: only where
    /// nothing else starts any meanwhile.
    public var adoptsOrphans = true
    /// Where the folder of the notify socket is made.
    public var temporaryFolder = "/tmp"

    public init() {}
  }

  public init(
    name: String? = nil, command: String, ready: Readiness = .exit, prepare: String? = nil, cleanup: String? = nil,
    environment: [String], limits: Limits = Limits(), observer: (any PhaseObserver)? = nil
  ) throws(ShellWords.Failure) {
    self.command = command
    self.name = name ?? command
    words = try ShellWords.split(command)
    self.ready = ready
    if let prepare { self.prepare = try ShellWords.split(prepare) } else { self.prepare = nil }
    if let cleanup { self.cleanup = try ShellWords.split(cleanup) } else { self.cleanup = nil }
    self.environment = environment
    self.limits = limits
    self.observer = observer
  }

  public var readiness: String { ready.description }
  public var readyAt: String { ready.inWords }

  public func run(_ context: BootContext) throws(BootInterrupted) -> BootRun {
    try Trial(self, context).run()
  }
}
