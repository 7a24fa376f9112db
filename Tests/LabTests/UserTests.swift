import Foundation
import TestSupport
import Testing

extension LabTests {
  /// A process of another user, without a box, against what it is known to do.
  @Suite struct Users {
    /// Nobody's number here.
    private static let uid: UInt32 = 61234

    @Test func `another user's process is a row with its CPU time and memory, all of it net`() throws {
      let lab = try Lab.with()
      // It holds 32 MiB that it has written to, and computes without a pause.
      let script = "x=$(head -c 33554432 /dev/zero | tr '\\0' x); echo held; while :; do :; done"
      let words = [
        "setpriv", "--reuid", "\(Self.uid)", "--regid", "\(Self.uid)", "--clear-groups", "bash", "-c", script,
      ]
      let child = try Child(words, Lab.environment())
      defer { child.signal(9) }
      #expect(until(within: .seconds(20)) { child.lines.contains("held") ? true : nil } != nil)
      let before = try Self.ticks(child.pid)
      let snapshot = try lab.snapshot(["--users", "--interval", "1s"])
      let after = try Self.ticks(child.pid)
      let row = try #require(snapshot["user:\(Self.uid)"])
      #expect(row.kind == "user" && row.runtime == "host" && row.name == "uid \(Self.uid)")
      #expect(row.mainPid == child.pid && row.parent == nil)
      let total = try row.number("cpu.usage_seconds_total")
      #expect(total >= before - 0.011 && total <= after + 0.011, "\(before) \(total) \(after)")
      #expect(try row.number("cpu.usage_percent") <= (after - before) * 100 / snapshot.intervalSeconds + 3)
      // bash keeps more than one copy.
      let memory = try row.number("memory.current_bytes")
      #expect(memory > 32 * 1_048_576 && memory < 256 * 1_048_576)
      #expect(try row.number("memory.anon_bytes") > 32 * 1_048_576)
      #expect(try row.number("processes.count") == 1)
      #expect(row.boot.phases.allSatisfy { $0.at == nil } && row.reason("boot.boot_seconds") == "not-applicable")
      #expect(row.tare.memory.tare == 0 && row.tare.cpu.tare == 0)
      #expect(row.tare.memory.net == memory && row.tare.memory.gross == memory)
    }

    /// Seconds on a CPU.
    private static func ticks(_ pid: Int32) throws -> Double {
      let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
      let fields = stat[stat.lastIndex(of: ")")!...].split(separator: " ")
      return (try #require(Double(fields[12])) + (try #require(Double(fields[13])))) / 100
    }
  }
}
