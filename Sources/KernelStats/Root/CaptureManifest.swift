internal import FoundationEssentials

/// `capture.json` of a captured host: its clocks, and what files alone cannot say.
public struct CaptureManifest: Sendable, Codable {
  public static let fileName = "capture.json"
  public static let currentSchema = "tare.capture/1"

  /// A container's name as an engine's socket gave it.
  public struct EngineName: Sendable, Codable, Hashable {
    public var id: String
    public var name: String
    public var image: String?

    public init(id: String, name: String, image: String?) {
      self.id = id
      self.name = name
      self.image = image
    }
  }

  public var schema = CaptureManifest.currentSchema
  /// The samples that were taken, oldest first. Files of the first are below the folder itself, those of the next, where
  /// they differ, below `1`, and so on.
  public var instants: [Instant]
  /// Errors by path, for each instant.
  public var errors: [[String: Int32]]
  public var facts: MachineFacts
  public var engineNames: [EngineName]

  public init(instants: [Instant], errors: [[String: Int32]], facts: MachineFacts, engineNames: [EngineName]) {
    self.instants = instants
    self.errors = errors
    self.facts = facts
    self.engineNames = engineNames
  }

  init(json: ArraySlice<UInt8>, path: String) throws(KernelError) {
    do {
      self = try JSONDecoder().decode(CaptureManifest.self, from: Data(json))
    } catch {
      throw .untrusted(path: path, why: "not a manifest of tare capture")
    }
    guard schema == Self.currentSchema, !instants.isEmpty, facts.clockTicks > 0, facts.clockTicks <= 1_000_000 else {
      throw .untrusted(path: path, why: "not a manifest of the schema \(Self.currentSchema)")
    }
  }

  public func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Strings, numbers and arrays of them always encode.
    return (try? encoder.encode(self)).map { Array($0) } ?? []
  }

  func error(at instant: Int, path: String) -> Int32? {
    instant < errors.count ? errors[instant][path] : nil
  }
}
