/// What machines tell of themselves and of their guests over their monitors. It comes when it comes: whoever asks gets
/// what is there.
public protocol GuestFigures: Sendable {
  /// Asks those of these machines that are due. They are all that run now.
  func refresh(_ machines: [GuestMachine])
  /// What one of them told last, or why nothing is known of it.
  func answer(of machine: GuestMachine.Identity) -> GuestAnswer
  /// Machines that did not answer as they should; each is said once.
  var problems: [Problem] { get }
}

/// Nobody is asked.
public struct NoGuestFigures: GuestFigures {
  public init() {}
  public func refresh(_ machines: [GuestMachine]) {}
  public func answer(of machine: GuestMachine.Identity) -> GuestAnswer { .missing(.noGuestAgent) }
  public var problems: [Problem] { [] }
}
