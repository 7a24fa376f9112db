/// Seconds between two monotonic instants; 0 where the second is not later.
func seconds(from begin: UInt64, to end: UInt64) -> Double { end > begin ? Double(end - begin) / 1e9 : 0 }

/// How a process ended, from a status of wait4(2).
enum Ending {
  static func code(_ status: Int32) -> Int32? { status & 0x7F == 0 ? status >> 8 & 0xFF : nil }

  static func words(_ status: Int32) -> String {
    code(status).map { "ended with exit code \($0)" } ?? "was ended by signal \(status & 0x7F)"
  }
}
