internal import FoundationEssentials

/// A container as its engine lists it. Every text is the engine's or its user's: a claim, and hostile to a terminal
/// until it has been made harmless.
public struct EngineContainer: Sendable, Hashable {
  /// The engine's id, 64 hexadecimal digits in Docker and Podman.
  public let id: String
  /// The first of `Names`, without its leading slash; nil where the engine gives none.
  public let name: String?
  /// What the container was created from, as the user wrote it: `busybox`, `localhost/busybox:latest`, a digest.
  public let image: String?
  /// Labels; empty where there are none.
  public let labels: [String: String]
  /// The engine's word for its state: `running`, `paused`, `restarting`…
  public let state: String?
  /// The engine's words for how it does, such as `Up 5 seconds (healthy)`.
  public let status: String?

  /// A container with these values.
  public init(
    id: String, name: String? = nil, image: String? = nil, labels: [String: String] = [:], state: String? = nil,
    status: String? = nil
  ) {
    self.id = id
    self.name = name
    self.image = image
    self.labels = labels
    self.state = state
    self.status = status
  }

  /// The containers in the body of `GET /containers/json`. Only the keys that are needed are decoded.
  ///
  /// - Throws: ``EngineError/Reason-swift.enum/unexpectedBody``, without a word of the body.
  static func decode(_ body: Data, from endpoint: EngineEndpoint) throws(EngineError) -> [EngineContainer] {
    do {
      return try JSONDecoder().decode([Entry].self, from: body).map(EngineContainer.init)
    } catch {
      throw EngineError(endpoint, .unexpectedBody(expectation(of: error)))
    }
  }

  private init(_ entry: Entry) {
    let name = entry.names?.first.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
    self.init(
      id: entry.id, name: name == "" ? nil : name, image: entry.image, labels: entry.labels ?? [:], state: entry.state,
      status: entry.status)
  }

  /// The keys of Docker's and Podman's container list (Docker Engine API, "ContainerSummary").
  private struct Entry: Decodable {
    let id: String
    let names: [String]?
    let image: String?
    let labels: [String: String]?
    let state: String?
    let status: String?

    enum CodingKeys: String, CodingKey {
      case id = "Id"
      case names = "Names"
      case image = "Image"
      case labels = "Labels"
      case state = "State"
      case status = "Status"
    }
  }

  /// What the decoder missed, in words of ours: an index and a key of `Entry`, never a label's name or a value.
  private static func expectation(of error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(_, let context): "\(place(context.codingPath)) has the wrong type"
    case DecodingError.valueNotFound(_, let context): "\(place(context.codingPath)) is null"
    default: "not JSON"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    let index = path.first?.intValue.map { "[\($0)]" } ?? "the body"
    return path.dropFirst().first.map { "\(index).\($0.stringValue)" } ?? index
  }
}
