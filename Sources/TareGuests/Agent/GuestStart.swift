/// When the first program of a guest's user space began, from what its agent can read there.
struct GuestStart: Equatable {
  /// Nanoseconds by the guest's clock that counts since its kernel's start (CLOCK_BOOTTIME).
  var lo: UInt64
  var hi: UInt64
  /// Whether the guest's kernel wrote the instant down, rather than things before and after it.
  var isExact: Bool

  /// From the kernel's log: records `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT` (Documentation/ABI/testing/dev-kmsg), one
  /// of which is `Run /init as init process`. The first is the one of this start.
  init?(log: [UInt8]) {
    for line in log.split(separator: UInt8(ascii: "\n")) {
      guard let text = line.firstIndex(of: UInt8(ascii: ";")), line[(text + 1)...].starts(with: "Run /".utf8)
      else { continue }
      let fields = line[..<text].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard fields.count >= 3, let micro = UInt64(String(decoding: fields[2], as: UTF8.self)), micro < 1 << 50
      else { continue }
      // The log's clock begins when the scheduler's does, that of uptime when timekeeping does: under emulation they
      // were up to 50 ms apart.
      (lo, hi, isExact) = (micro * 1000 - min(micro * 1000, Self.clocks), micro * 1000 + Self.clocks, true)
      return
    }
    return nil
  }

  private static let clocks: UInt64 = 100_000_000

  /// From `/proc/1/stat`, which counts from the kernel's thread that becomes the first process later, and from that of its
  /// first child, which it has made itself.
  init?(first: [UInt8], child: [UInt8]) {
    guard let from = Self.start(first), let to = Self.start(child), from <= to else { return nil }
    (lo, hi, isExact) = (from * Self.tick, (to + 1) * Self.tick, false)
  }

  /// Nanoseconds of a tick of `/proc`, which is 1/100 s for every Linux program but on Alpha and Itanium.
  static let tick: UInt64 = 10_000_000

  /// Field 22 of a process's stat (proc(5)).
  static func start(_ stat: [UInt8]) -> UInt64? {
    guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19 else { return nil }
    return UInt64(String(decoding: fields[19], as: UTF8.self)).flatMap { $0 < 1 << 40 ? $0 : nil }
  }

  /// Nanoseconds since the guest's kernel started: `123.18 …` of `/proc/uptime`, cut off at the hundredth.
  static func uptime(_ text: [UInt8]) -> UInt64? {
    let word = text.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
    let parts = word.split(separator: UInt8(ascii: "."))
    guard parts.count == 2, parts[1].count == 2, let seconds = UInt64(String(decoding: parts[0], as: UTF8.self)),
      let hundredths = UInt64(String(decoding: parts[1], as: UTF8.self)), seconds < 1 << 32
    else { return nil }
    return seconds * 1_000_000_000 + hundredths * tick
  }
}
