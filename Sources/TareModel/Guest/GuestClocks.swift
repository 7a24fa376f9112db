/// What machines tell of their own start, over their monitors and guest agents, and what whoever started a workload knows
/// of it. It comes when it comes: whoever asks gets what is there.
public protocol GuestClocks: Sendable {
  /// Asks those of these machines that were not asked yet. They are all that run now.
  func refresh(_ machines: [GuestMachine])
  /// What one of them has told so far.
  func signals(of machine: GuestMachine.Identity) -> [BootSignal]
  /// Release of the kernel that its guest runs, as the guest says it: foreign text. Nil where it said none.
  func kernelRelease(of machine: GuestMachine.Identity) -> String?
  /// Changes when there is more to hear.
  var revision: Int { get }
  /// Machines that could not be asked.
  var problems: [Problem] { get }
}

extension GuestClocks {
  public func kernelRelease(of machine: GuestMachine.Identity) -> String? { nil }
}

/// A virtual machine that runs now, and whether its guest can be asked.
public struct GuestMachine: Sendable, Hashable {
  /// Its VMM's process, not to be mistaken for a later one of the same number.
  public struct Identity: Sendable, Hashable {
    public let pid: Int32
    /// Clock ticks since boot.
    public let start: UInt64

    public init(pid: Int32, start: UInt64) {
      self.pid = pid
      self.start = start
    }
  }

  /// Where its guest agent, or its VMM's monitor, is to be asked.
  public enum Endpoint: Sendable, Hashable {
    /// The VMM listens there, and runs whether somebody connects or not. The path is a claim of the VMM's arguments.
    case socket(path: String, owner: UInt32)
    /// It is not to be asked, and why.
    case closed(String)
  }

  public let identity: Identity
  public let name: String
  public let agent: Endpoint
  public let monitor: Endpoint

  public init(
    _ identity: Identity, name: String, agent: Endpoint,
    monitor: Endpoint = .closed("its VMM has no monitor that tare knows")
  ) {
    self.identity = identity
    self.name = name
    self.agent = agent
    self.monitor = monitor
  }
}

/// Nobody is asked.
public struct NoGuestClocks: GuestClocks {
  public init() {}
  public func refresh(_ machines: [GuestMachine]) {}
  public func signals(of machine: GuestMachine.Identity) -> [BootSignal] { [] }
  public var revision: Int { 0 }
  public var problems: [Problem] { [] }
}
