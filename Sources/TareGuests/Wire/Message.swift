internal import FoundationEssentials

/// One line of QEMU's machine protocol or of the guest agent's (docs/interop/qmp-spec.rst, qemu-ga-ref): a greeting, an
/// answer, an error or an event. Only what is used here is read.
struct Message: Decodable, Equatable {
  enum Returned: Equatable {
    case number(UInt64)
    case content([UInt8])
    /// The release of a guest's kernel. Foreign text.
    case release(String)
    /// Something that is not looked at.
    case other
  }

  var id: UInt64?
  var returned: Returned?
  /// The class of an error, one of the protocol's own words; what else it says is never shown.
  var errorClass: String?
  var isGreeting = false
  /// An event, whether it can be read or not.
  var isEvent = false
  var event: Event?

  struct Event: Equatable {
    var name: String
    /// Realtime nanoseconds by QEMU's clock, which is the host's.
    var at: UInt64
    var device: String?
    var isOpen: Bool?
  }

  /// - Throws: ``WireFailure/malformed(_:)``, without a word of the line.
  init(_ line: some Collection<UInt8>) throws(WireFailure) {
    do {
      self = try JSONDecoder().decode(Message.self, from: Data(line))
    } catch {
      throw .malformed("a line of JSON as QEMU writes it")
    }
  }

  private enum Key: String, CodingKey {
    case id, `return`, error, event, timestamp, data
    case greeting = "QMP"
  }
  private struct Failure: Decodable { var `class`: String? }
  private struct Port: Decodable {
    var id: String?
    var open: Bool?
  }
  private struct Stamp: Decodable {
    var seconds: Int64
    var microseconds: Int64
  }
  private struct Content: Decodable {
    var text: String?
    var release: String?
    enum CodingKeys: String, CodingKey {
      case text = "buf-b64"
      case release = "kernel-release"
    }
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    id = try? fields.decodeIfPresent(UInt64.self, forKey: .id)
    isGreeting = fields.contains(.greeting)
    if fields.contains(.error) {
      errorClass = (try? fields.decode(Failure.self, forKey: .error))?.class ?? ""
    }
    if fields.contains(.return) {
      if let number = try? fields.decode(UInt64.self, forKey: .return) {
        returned = .number(number)
      } else {
        returned = Self.returned(try? fields.decode(Content.self, forKey: .return))
      }
    }
    isEvent = fields.contains(.event)
    guard let name = try fields.decodeIfPresent(String.self, forKey: .event) else { return }
    let stamp = try fields.decode(Stamp.self, forKey: .timestamp)
    // -1 where QEMU's clock failed.
    guard (0..<18_446_744_073).contains(stamp.seconds), (0..<1_000_000).contains(stamp.microseconds) else { return }
    let port = try? fields.decode(Port.self, forKey: .data)
    event = Event(
      name: name, at: UInt64(stamp.seconds) * 1_000_000_000 + UInt64(stamp.microseconds) * 1000, device: port?.id,
      isOpen: port?.open)
  }

  private static func returned(_ content: Content?) -> Returned {
    if let text = content?.text, let bytes = Data(base64Encoded: text) { return .content(Array(bytes)) }
    if let release = content?.release { return .release(release) }
    return .other
  }
}
