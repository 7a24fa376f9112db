/// What tare uses of `/proc/PID/stat` and `/proc/PID/task/TID/stat`. Times are clock ticks.
/// From proc(5); field numbers as there.
public struct ProcessStat: Sendable, Hashable {
  /// The process's own name for itself, at most 15 bytes of anything but NUL: field 2.
  public var comm: String
  /// `R`, `S`, `Z`, … of this thread: field 3.
  public var state: UInt8
  public var parent: Int32
  /// Its process group: field 5.
  public var group: Int32
  /// A signal such as SIGSTOP stopped it: `T` of field 3.
  public var isStopped: Bool
  /// A thread of the kernel (PF_KTHREAD of field 9).
  public var isKernelThread: Bool
  /// Fields 14 and 15, with those of threads that ended. User time contains guest time.
  public var userTicks: UInt64
  public var systemTicks: UInt64
  /// Fields 16 and 17: of its children that ended, once it waited for them.
  public var reapedUserTicks: UInt64
  public var reapedSystemTicks: UInt64
  public var threads: UInt64
  /// Ticks between boot and the start of the process: field 22.
  public var start: UInt64
  /// Field 43.
  public var guestTicks: UInt64

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    // The name may contain anything, ") " too: the last parenthesis ends it.
    var close = bytes.count - 1
    while close >= 0, bytes[close] != UInt8(ascii: ")") { close -= 1 }
    var open = 0
    while open < bytes.count, bytes[open] != UInt8(ascii: "(") { open += 1 }
    guard open < close else { throw FormatError(line: 1, expected: "a name in parentheses", found: nil) }
    comm = text(bytes, open + 1..<close)

    var cursor = Cursor()
    while cursor.at <= close { cursor.step() }
    (parent, group) = (0, 0)
    (state, isKernelThread, isStopped) = (0, false, false)
    (userTicks, systemTicks, threads, start, guestTicks) = (0, 0, 0, 0, 0)
    (reapedUserTicks, reapedSystemTicks) = (0, 0)
    var field = 3
    while field <= 43 {
      cursor.skipBlanks(bytes)
      switch field {
      case 3:
        if cursor.at < bytes.count { state = bytes[cursor.at] }
        isStopped = state == UInt8(ascii: "T")
        cursor.skipWord(bytes)
      case 4: parent = Int32(truncatingIfNeeded: try cursor.number(bytes))
      case 5: group = Int32(truncatingIfNeeded: try cursor.number(bytes))
      case 9: isKernelThread = try cursor.number(bytes) & 0x20_0000 != 0
      case 14: userTicks = try cursor.number(bytes)
      case 15: systemTicks = try cursor.number(bytes)
      case 16: reapedUserTicks = try cursor.number(bytes)
      case 17: reapedSystemTicks = try cursor.number(bytes)
      case 20: threads = try cursor.number(bytes)
      case 22: start = try cursor.number(bytes)
      case 43: guestTicks = try cursor.number(bytes)
      default: cursor.skipWord(bytes)
      }
      field += 1
    }
  }
}

extension ProcessStat {
  /// It stands still because whoever traces it wants to look: `t`.
  public var isTraced: Bool { state == UInt8(ascii: "t") }

  /// Zombie or dead.
  public var hasEnded: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") || state == UInt8(ascii: "x") }

  /// Of a process: its first thread has ended, others have not.
  public var isWithoutLeader: Bool { hasEnded && threads > 1 }
}

/// `/proc/PID/task/TID/schedstat`: nanoseconds on a CPU, nanoseconds waiting for one. From sched-stats.rst.
public struct SchedStat: Sendable, Hashable {
  public var running: UInt64
  public let waiting: UInt64

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    running = try cursor.number(bytes)
    cursor.skipBlanks(bytes)
    waiting = try cursor.number(bytes)
  }
}
