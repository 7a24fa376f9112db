/// Names that container engines give over their sockets. They come when they come: whoever asks gets what is there.
public protocol EngineNames: Sendable {
  /// Asks the engines again, without waiting.
  func refresh()
  /// What has come so far, by full container id.
  var names: [String: EngineName] { get }
  /// Engines that could not be asked.
  var problems: [Problem] { get }
}

/// What an engine calls a container. Foreign text.
public struct EngineName: Sendable, Hashable {
  public var name: String
  public var image: String?
  public var labels: [String: String]

  public init(name: String, image: String?, labels: [String: String] = [:]) {
    self.name = name
    self.image = image
    self.labels = labels
  }
}

/// Names that do not change, such as those of a captured host.
public struct FixedEngineNames: EngineNames {
  public let names: [String: EngineName]
  public var problems: [Problem] { [] }

  public init(_ names: [String: EngineName] = [:]) {
    self.names = names
  }

  public func refresh() {}
}
