internal import FoundationEssentials
public import TareModel

/// One line of an engine's stream of events: of which container it speaks, and what it says.
public struct EngineEventLine: Sendable, Hashable {
  /// 64 hexadecimal digits.
  public let id: String
  public let event: EngineEvent

  /// - Parameter line: a JSON object without its line break, as Docker's and Podman's `GET /events` write it.
  /// - Returns: nil for what is of no interest: other objects than containers, other actions, ids that no engine gives.
  /// - Throws: ``EngineError/Reason-swift.enum/unexpectedEvent(_:)``, without a word of the line.
  static func decode(_ line: [UInt8], from endpoint: EngineEndpoint) throws(EngineError) -> EngineEventLine? {
    let entry: Entry
    do {
      entry = try JSONDecoder().decode(Entry.self, from: Data(line))
    } catch {
      throw EngineError(endpoint, .unexpectedEvent(expectation(of: error)))
    }
    guard entry.type ?? "container" == "container", let word = entry.action ?? entry.status,
      let action = action(word, health: entry.health), let id = entry.actor?.id ?? entry.id, isID(id)
    else { return nil }
    guard
      var event = entry.nanoseconds.map({ EngineEvent(action, at: $0) })
        ?? entry.seconds.flatMap({ seconds in
          // Far beyond any clock's range.
          guard seconds < 18_000_000_000 else { return nil }
          return EngineEvent(action, at: seconds * 1_000_000_000, latest: seconds * 1_000_000_000 + 999_999_999)
        })
    else { throw EngineError(endpoint, .unexpectedEvent("timeNano and time are missing")) }
    if action == .die { event.exitCode = entry.actor?.attributes?.exitCode }
    return EngineEventLine(id: id, event: event)
  }

  private static func isID(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (97...102).contains($0) }
  }

  /// Docker writes `health_status: healthy`, Podman `health_status` with a key of its own.
  private static func action(_ word: String, health: String?) -> EngineEvent.Action? {
    switch word {
    case "health_status: healthy": .healthy
    case "health_status: unhealthy": .unhealthy
    case "health_status": health == "healthy" ? .healthy : health == "unhealthy" ? .unhealthy : nil
    case "remove": .destroy
    case "died": .die
    case "healthy", "unhealthy": nil
    default: EngineEvent.Action(rawValue: word)
    }
  }

  /// What the decoder missed, in words of ours.
  private static func expectation(of error: any Error) -> String {
    guard case DecodingError.typeMismatch(_, let context) = error,
      let key = context.codingPath.last as? Entry.CodingKeys
    else { return "not a JSON object" }
    return "\(key.stringValue) has the wrong type"
  }

  /// The keys of Docker's "EventMessage" that are read, those of API versions before 1.22, and Podman's own.
  private struct Entry: Decodable {
    let type: String?
    let action: String?
    let status: String?
    let actor: Actor?
    let id: String?
    let nanoseconds: UInt64?
    let seconds: UInt64?
    let health: String?

    struct Actor: Decodable {
      let id: String?
      let attributes: Attributes?

      enum CodingKeys: String, CodingKey {
        case id = "ID"
        case attributes = "Attributes"
      }
    }

    /// Labels of the image are among them, so anything can be there.
    struct Attributes: Decodable {
      let exitCode: Int?

      init(from decoder: any Decoder) throws {
        let keys = try? decoder.container(keyedBy: CodingKeys.self)
        let texts = [CodingKeys.docker, .podman].compactMap { try? keys?.decode(String.self, forKey: $0) }
        exitCode = texts.first.flatMap { Int($0) }.flatMap { (0...255).contains($0) ? $0 : nil }
      }

      enum CodingKeys: String, CodingKey {
        case docker = "exitCode"
        case podman = "containerExitCode"
      }
    }

    enum CodingKeys: String, CodingKey {
      case type = "Type"
      case action = "Action"
      case status, id
      case actor = "Actor"
      case nanoseconds = "timeNano"
      case seconds = "time"
      case health = "HealthStatus"
    }
  }
}
