internal import FoundationEssentials
internal import KernelStats

/// What `--event-monitor` writes: JSON objects over several lines, each with the time since the monitor began, which is
/// among the first things that Cloud Hypervisor does. From `event_monitor/src/lib.rs`.
struct CloudHypervisorEvent: Codable, Hashable {
  struct Duration: Codable, Hashable {
    var secs: UInt64
    var nanos: UInt64
  }
  var timestamp: Duration
  var source: String
  var event: String

  /// Nanoseconds; nil of a number that no machine reaches.
  var time: UInt64? {
    timestamp.secs < 1 << 32 && timestamp.nanos < 1_000_000_000 ? timestamp.secs * 1_000_000_000 + timestamp.nanos : nil
  }

  /// All that can be read; a last one that is not whole yet is left out.
  static func parse(_ text: String) -> [Self] {
    var events: [Self] = []
    var object = ""
    for line in text.split(separator: "\n") {
      if line.first == "{" { object = "" }
      object += line
      guard line.last == "}", line.first == "{" || line.first == "}" else { continue }
      if let event = try? JSONDecoder().decode(Self.self, from: Data(object.utf8)) { events.append(event) }
      object = ""
    }
    return events
  }
}

extension DiscoveryContext {
  /// The events in a file that a VMM's arguments name; a capture gets them without their properties.
  func events(in path: String, owner: UInt32) -> [CloudHypervisorEvent] {
    guard let bytes = try? root.readTrusted(path, owner: owner) else { return [] }
    let events = CloudHypervisorEvent.parse(String(decoding: bytes, as: UTF8.self))
    if root.isRecording {
      let lines = events.compactMap { try? JSONEncoder().encode($0) }
      root.record(path, lines.flatMap { Array($0) + [UInt8(ascii: "\n")] })
    }
    return events
  }
}
