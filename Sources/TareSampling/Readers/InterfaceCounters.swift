internal import KernelStats
internal import TareModel

/// Bytes that the interfaces of a workload moved, as two counters that only grow by what was seen to pass: an interface that
/// comes later, moved in from another namespace for instance, brings along what it counted elsewhere, and one that goes takes it
/// away.
struct InterfaceCounters {
  private var last: [NetworkInterface] = []
  private var received: UInt64 = 0
  private var sent: UInt64 = 0
  private var wasRead = false

  /// Takes what the interfaces have counted now.
  /// - Returns: bytes so far: what they had counted at the first read, and what each grew by between two reads that it was there
  ///   at. Nil where one went back: nobody knows what it moved.
  mutating func take(_ interfaces: [NetworkInterface]) -> (received: UInt64, sent: UInt64)? {
    defer { (last, wasRead) = (interfaces, true) }
    guard wasRead else {
      for interface in interfaces { add(interface.received, interface.sent) }
      return (received, sent)
    }
    var wentBack = false
    for interface in interfaces {
      guard let before = last.first(where: { $0.name == interface.name }) else { continue }
      guard interface.received >= before.received, interface.sent >= before.sent else {
        wentBack = true
        continue
      }
      add(interface.received - before.received, interface.sent - before.sent)
    }
    return wentBack ? nil : (received, sent)
  }

  private mutating func add(_ input: UInt64, _ output: UInt64) {
    received.add(saturating: input)
    sent.add(saturating: output)
  }
}
