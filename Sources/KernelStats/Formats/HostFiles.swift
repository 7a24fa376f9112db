internal import TareModel

/// The first line of `/proc/stat`, clock ticks over all CPUs. From proc(5).
public struct CpuTicks: Sendable, Hashable {
  /// Everything that ran: user (guests included), nice, system, irq, softirq. Not idle, iowait, steal.
  public let busy: UInt64
  public let steal: UInt64
  public let guest: UInt64
  /// irq and softirq; part of busy.
  public let interrupts: UInt64

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    cursor.skipWord(bytes)
    var fields = InlineArray<10, UInt64>(repeating: 0)
    for index in fields.indices {
      cursor.skipBlanks(bytes)
      // Kernels before 2.6.33 have fewer; tare needs none of them.
      guard let next = cursor.peek(bytes), next != newline else { throw cursor.error(bytes, expected: "ten numbers") }
      fields[index] = try cursor.number(bytes)
    }
    busy = fields[0].saturating(plus: fields[1]).saturating(plus: fields[2]).saturating(plus: fields[5]).saturating(
      plus: fields[6])
    steal = fields[7]
    guest = fields[8].saturating(plus: fields[9])
    interrupts = fields[5].saturating(plus: fields[6])
  }
}

/// `/proc/meminfo`, bytes.
public struct MemoryInfo: Sendable, Hashable {
  public private(set) var total: UInt64?
  public private(set) var available: UInt64?
  /// What the kernel itself holds and cannot give back; nil where none of its lines is there.
  public private(set) var kernel: UInt64?

  private static let table = KeyTable([
    (StaticKey("MemTotal:"), 0, 1024), (StaticKey("MemAvailable:"), 1, 1024), (StaticKey("SUnreclaim:"), 2, 1024),
    (StaticKey("KernelStack:"), 2, 1024), (StaticKey("PageTables:"), 2, 1024), (StaticKey("SecPageTables:"), 2, 1024),
    (StaticKey("Percpu:"), 2, 1024),
  ])

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    var found: (UInt64?, UInt64?, UInt64?) = (nil, nil, nil)
    try Self.table.read(bytes) { slot, value in
      switch slot {
      case 0: found.0 = value
      case 1: found.1 = value
      // Older kernels lack some of these lines: what is not listed is not counted apart. Without any, the sum stays nil.
      default: found.2 = (found.2 ?? 0).saturating(plus: value)
      }
    }
    (total, available, kernel) = found
  }
}

/// What one interface of a network namespace has moved. A line of `/proc/PID/net/dev`.
public struct NetworkInterface: Sendable, Hashable {
  public let name: String
  /// Bytes.
  public let received: UInt64
  public let sent: UInt64

  public init(name: String, received: UInt64, sent: UInt64) {
    (self.name, self.received, self.sent) = (name, received, sent)
  }

  /// All interfaces of the file, in its order.
  public static func list(_ bytes: Span<UInt8>) throws(FormatError) -> [NetworkInterface] {
    var cursor = Cursor()
    cursor.skipLine(bytes)
    cursor.skipLine(bytes)
    var interfaces: [NetworkInterface] = []
    while !cursor.isAtEnd(bytes) {
      cursor.skipBlanks(bytes)
      let start = cursor.at
      while let byte = cursor.peek(bytes), byte != newline, byte != UInt8(ascii: ":") { cursor.step() }
      let name = text(bytes, start..<cursor.at)
      try cursor.expect(UInt8(ascii: ":"), bytes)
      cursor.skipBlanks(bytes)
      let input = try cursor.number(bytes)
      for _ in 0..<7 {
        cursor.skipBlanks(bytes)
        cursor.skipWord(bytes)
      }
      cursor.skipBlanks(bytes)
      let output = try cursor.number(bytes)
      interfaces.append(NetworkInterface(name: name, received: input, sent: output))
      cursor.skipLine(bytes)
    }
    return interfaces
  }
}
