internal import TareModel

/// The time of day, by a clock so many seconds ahead of UTC.
enum Clock {
  static func text(_ realtime: UInt64, offset: Int) -> String {
    let seconds = ((Int(realtime / 1_000_000_000) + offset) % 86400 + 86400) % 86400
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  /// `every 1 s`, `0.5 s`, `2 min`. Nanoseconds.
  static func interval(_ nanoseconds: UInt64) -> String {
    if nanoseconds % 60_000_000_000 == 0 { return "\(nanoseconds / 60_000_000_000) min" }
    if nanoseconds % 1_000_000_000 == 0 { return "\(nanoseconds / 1_000_000_000) s" }
    let tenths = (nanoseconds + 50_000_000) / 100_000_000
    return "\(tenths / 10).\(tenths % 10) s"
  }

  /// `2 h 14 min`, `3 min 5 s`, `12 s`, `8 d 3 h`. Nanoseconds.
  static func age(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    return switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
    case ..<86400: "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: "\(seconds / 86400) d \(seconds / 3600 % 24) h"
    }
  }
}

extension Clock {
  /// `2026-11-23 14:03:22`, by a clock so many seconds ahead of UTC.
  static func date(_ realtime: UInt64, offset: Int) -> String {
    let shifted = Int64(bitPattern: realtime) + Int64(offset) * 1_000_000_000
    let text = Timestamp.text(UInt64(max(0, shifted)))
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
  }
}
