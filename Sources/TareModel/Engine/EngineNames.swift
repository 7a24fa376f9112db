/// Names that container engines give over their sockets. They come when they come: whoever asks gets what is there.
public protocol EngineNames: Sendable {
  /// Asks the engines again: those that have a known place, and these.
  func refresh(running: [EngineSocket])
  /// What has come so far, by full container id.
  var names: [String: EngineName] { get }
  /// Engines that could not be asked.
  var problems: [Problem] { get }
  /// What they said of the container with this full id, as it came; empty where nobody listens.
  func events(of id: String) -> [EngineEvent]
  /// The group whose members may open Docker's socket, where this user may not; nil where none may but root, and where
  /// nobody is refused.
  var openGroup: String? { get }
  /// Grows with every event that there is to look at.
  var eventCount: Int { get }
  /// Whether an engine that did not answer may be asked once more by now.
  var wantsRetry: Bool { get }
}

extension EngineNames {
  /// Names alone.
  public func events(of id: String) -> [EngineEvent] { [] }
  public var eventCount: Int { 0 }
  public var openGroup: String? { nil }
  public var wantsRetry: Bool { false }
}

/// The socket of an engine that runs now.
public struct EngineSocket: Sendable, Hashable {
  public let path: String
  /// Who must be at the other end.
  public let pid: Int32

  public init(path: String, pid: Int32) {
    self.path = path
    self.pid = pid
  }
}

/// What an engine calls a container. Foreign text, without the secrets that can be told.
public struct EngineName: Sendable, Hashable {
  public var name: String
  public var image: String?
  public var labels: [String: String]
  /// What the engine's check of the service says; nil where there is no check.
  public var health: Health?

  public enum Health: Sendable, Hashable {
    case starting, healthy, unhealthy
  }

  public init(name: String, image: String?, labels: [String: String] = [:], health: Health? = nil) {
    self.health = health
    self.name = name
    self.image = image?.withoutSecrets
    self.labels = labels.withoutSecrets
  }
}

/// Names that do not change, such as those of a captured host.
public struct FixedEngineNames: EngineNames {
  public let names: [String: EngineName]
  public var problems: [Problem] { [] }

  public init(_ names: [String: EngineName] = [:]) {
    self.names = names
  }

  public func refresh(running: [EngineSocket]) {}
}
