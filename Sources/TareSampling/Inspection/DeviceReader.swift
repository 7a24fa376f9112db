internal import KernelStats
internal import TareModel

/// Network and block devices of one workload, each by itself, with rates since the pass before.
struct DeviceReader {
  private struct Traffic {
    var received: UInt64
    var sent: UInt64
    var at: UInt64
  }

  private let root: KernelRoot
  private let layout: CgroupLayout
  private var before: [String: Traffic] = [:]

  init(_ root: KernelRoot, _ layout: CgroupLayout) { (self.root, self.layout) = (root, layout) }

  /// Of a container: those of its network namespace.
  mutating func interfaces(of pid: Int32, _ buffer: inout [UInt8], _ problems: inout Problems) -> [Inspection.Device] {
    let folder = root.folder(of: pid)
    if let own = try? root.link("\(folder)/ns/net"), own == (try? root.link("/proc/self/ns/net")) {
      problems.add("It uses the host's network: no interface is its own.")
      return []
    }
    return network("\(folder)/net/dev", &buffer) { $0 != "lo" }
  }

  /// Of a VM: its taps, as the guest sees them.
  mutating func taps(_ names: [String], _ buffer: inout [UInt8], _ problems: inout Problems) -> [Inspection.Device] {
    if names.isEmpty { return [] }
    return network("/proc/net/dev", &buffer) { names.contains($0) }.map {
      Inspection.Device(name: $0.name, received: $0.sent, sent: $0.received)
    }
  }

  private mutating func network(_ path: String, _ buffer: inout [UInt8], _ wanted: (String) -> Bool)
    -> [Inspection.Device]
  {
    guard let text = root.text(path) else { return [] }
    return text.split(separator: "\n").dropFirst(2).prefix(64).compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let name = String(line[..<colon].drop { $0 == " " })
      let numbers = line[line.index(after: colon)...].split(separator: " ").map { UInt64($0) }
      guard wanted(name), numbers.count >= 9, let received = numbers[0], let sent = numbers[8] else { return nil }
      return device("net \(name)", name, received, sent)
    }
  }

  /// Block devices that its cgroup used.
  mutating func disks(_ own: OwnCgroups, _ buffer: inout [UInt8], _ problems: inout Problems) -> [Inspection.Device] {
    let isV1 = layout.isV1("blkio")
    let file = isV1 ? "blkio.throttle.io_service_bytes_recursive" : "io.stat"
    guard let folder = own.folder(isV1 ? "blkio" : "io", layout), let text = root.text("\(folder)/\(file)") else {
      return []
    }
    var traffic: [(number: String, read: UInt64, written: UInt64)] = []
    for line in text.split(separator: "\n").prefix(512) {
      let words = line.split(separator: " ")
      guard let number = words.first, number.first?.isNumber == true else { continue }
      if traffic.last?.number != String(number) { traffic.append((String(number), 0, 0)) }
      let last = traffic.count - 1
      if isV1, words.count == 3, let bytes = UInt64(words[2]) {
        if words[1] == "Read" { traffic[last].read = bytes }
        if words[1] == "Write" { traffic[last].written = bytes }
      } else if !isV1 {
        for word in words.dropFirst() {
          let pair = word.split(separator: "=")
          guard pair.count == 2, let bytes = UInt64(pair[1]) else { continue }
          if pair[0] == "rbytes" { traffic[last].read = bytes }
          if pair[0] == "wbytes" { traffic[last].written = bytes }
        }
      }
    }
    return traffic.prefix(64).map { entry in
      let link = try? root.link("/sys/dev/block/\(entry.number)")
      let name = link.flatMap { $0.split(separator: "/").last.map(String.init) } ?? entry.number
      return device("disk \(entry.number)", name, entry.read, entry.written)
    }
  }

  private mutating func device(_ key: String, _ name: String, _ received: UInt64, _ sent: UInt64) -> Inspection.Device {
    let now = Traffic(received: received, sent: sent, at: root.monotonic())
    defer { before[key] = now }
    func rate(_ then: UInt64?, _ value: UInt64) -> FigureValue {
      guard let then, let at = before[key]?.at, now.at > at else { return .missing(.firstSample) }
      return value >= then ? .number(Double(value - then) * 1e9 / Double(now.at - at)) : .missing(.counterReset)
    }
    return Inspection.Device(
      name: name, received: rate(before[key]?.received, received), sent: rate(before[key]?.sent, sent))
  }
}
