import Foundation
import TareGuests
import TareModel
import TestSupport
import Testing

extension LabTests {
  /// Monitors of real QEMUs, by --qmp.
  @Suite struct GuestMonitorsOfVMs {
    private struct Rows: Decodable {
      struct Row: Decodable {
        struct Memory: Decodable { let guestUsedBytes: UInt64? }
        struct Cpu: Decodable {
          let emulatorPercent: Double?
          let waitPercent: Double?
        }
        struct Guest: Decodable {
          struct Memory: Decodable {
            let toldAt: String
            let totalBytes: UInt64?
          }
          struct Disk: Decodable {
            let file: String?
            let format: String?
            let virtualSizeBytes: UInt64?
          }
          let status: String?
          let balloonBytes: UInt64?
          let memory: Memory?
          let vcpuThreads: [Int32]
          let disks: [Disk]
        }
        let name: String
        let memory: Memory
        let cpu: Cpu
        let guest: Guest?
        let unavailable: [String: String]
      }
      let workloads: [Row]
      let problems: [[String: String]]
    }

    private static func snapshot(_ name: String, _ arguments: [String]) throws -> (row: Rows.Row, problems: [String]) {
      let child = try Child([Tool.tare(), "snapshot", "--format", "json"] + arguments, Lab.environment())
      #expect(try child.end(within: .seconds(60)) == 0, "\(child.complaints)")
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let rows = try decoder.decode(Rows.self, from: Data(child.text.utf8))
      return (
        try #require(rows.workloads.first { $0.name == name }),
        rows.problems.compactMap { $0["message"] }.filter { $0.hasPrefix(name) }
      )
    }

    @Test func `a guest tells through its balloon what it tells in its own meminfo`() throws {
      let guest = try AgentGuest.running("balloon-vm", words: "tare.memory", balloon: "guest-stats-polling-interval=1")
      let heard = until(within: .seconds(60)) {
        try? Self.snapshot(guest.name, ["--qmp"]).row.guest?.memory?.totalBytes
      }
      #expect(heard != nil)
      let (row, problems) = try Self.snapshot(guest.name, ["--qmp"])
      let told = try #require(row.guest)
      let own = try #require(guest.meminfo())
      #expect(told.status == "running" && told.balloonBytes == 192 << 20 && problems.isEmpty)
      #expect(told.memory?.totalBytes == own.total)
      let used = Double(try #require(row.memory.guestUsedBytes))
      let expected = Double(own.total - own.available)
      #expect(abs(used - expected) <= expected / 10, "\(used) of \(expected)")
      #expect(told.disks.contains { $0.format == "raw" && $0.virtualSizeBytes == 1 << 20 })
      // Its threads have no names.
      #expect(told.vcpuThreads.count == 1)
      #expect(row.cpu.emulatorPercent != nil && row.cpu.waitPercent != nil)
      let silent = try Self.snapshot(guest.name, []).row
      #expect(silent.guest == nil && silent.unavailable["guest"] == "no-guest-agent")
      #expect(silent.unavailable["memory.guest_used_bytes"] == "no-guest-agent")
      #expect(silent.unavailable["cpu.emulator_percent"] == "unnamed-threads")
    }

    @Test func `a balloon that QEMU does not ask tells once, when its driver comes, and tare leaves it so`() throws {
      let guest = try AgentGuest.running("idle-balloon-vm", balloon: "id=bal")
      var told: Set<String> = []
      for _ in 0..<3 {
        let (row, problems) = try Self.snapshot(guest.name, ["--qmp"])
        #expect(row.guest?.status == "running" && problems.isEmpty)
        told.insert(row.guest?.memory?.toldAt ?? "never")
      }
      #expect(told.count == 1, "\(told)")
    }

    @Test func `another client at the monitor is left alone, and said`() throws {
      let guest = try AgentGuest.running("busy-vm", balloon: "guest-stats-polling-interval=1")
      let client = try Monitor(guest.spare, within: .seconds(5))
      let (row, problems) = try Self.snapshot(guest.name, ["--qmp", "--interval", "0"])
      #expect(row.guest == nil && row.unavailable["guest"] == "not-reported")
      #expect(problems == ["busy-vm: its monitor does not answer within 100 ms: another client may be connected"])
      client.hangUp()
      let later = try Self.snapshot(guest.name, ["--qmp", "--interval", "0"])
      #expect(later.row.guest?.status == "running" && later.problems.isEmpty)
    }
  }
}
