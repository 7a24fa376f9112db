import Foundation
import TestSupport
import Testing

extension LabTests {
  /// Virtual machines: an emulated Linux, an emulated one that never ran, and a guest under KVM, and one in
  /// user mode.
  @Suite struct Machines {
    @Test(arguments: Lab.machineNames) func `a machine's row says whose it is`(name: String) throws {
      let lab = try Lab.with(Lab.part(name))
      let picture = try lab.pictures.get(lab, dockerHost: true)
      let row = try picture.row(name, lab)
      let pid = try #require(lab.machines[name])
      #expect(row.name == name)
      #expect(row.kind == "vm" && row.runtime == "qemu")
      #expect(row.mainPid == pid)
      #expect(try Kernel.cgroups(of: pid).contains(row.cgroup ?? ""))
      #expect(try row.number("memory.configured_bytes") == Self.option("-m", of: pid) * 1_048_576)
      #expect(try row.number("cpu.vcpus") == (name == "lab-paused" ? 2 : 1))
      #expect(try row.number("cpu.limit_cores") == row.number("cpu.vcpus"))
      #expect(try row.number("memory.resident_bytes") > 1_048_576)
      #expect(row.reason("memory.guest_used_bytes") == "no-guest-agent")
      #expect(row.reason("memory.working_set_bytes") == "not-applicable")
      let started = try nanoseconds(try #require(row.startedAt))
      #expect(try started > lab.began - 20_000_000 && started < nanoseconds(picture.snapshot.takenAt))
    }

    private static func option(_ name: String, of pid: Int32) throws -> Double {
      let bytes = try #require(FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"))
      let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      let index = try #require(words.firstIndex(of: name))
      return try #require(Double(words[index + 1]))
    }

    @Test func `an emulated Linux has no guest time, and a known start`() throws {
      let lab = try Lab.with("vm")
      let row = try lab.pictures.get(lab, dockerHost: true).row("lab-vm", lab)
      #expect(row.reason("cpu.guest_percent") == "software-emulation")
      #expect(try row.number("cpu.usage_percent") > 0)
      #expect(try row.number("cpu.emulator_percent") <= row.number("cpu.usage_percent"))
      #expect(try row.number("cpu.wait_percent") >= 0)
      let resident = try row.number("memory.resident_bytes")
      // The service in the guest holds 24 MiB, and its kernel some more.
      #expect(resident > 40 * 1_048_576)
      let spawned = try #require(row.boot.phases.first { $0.phase == "spawned" })
      let (lo, hi) = (try nanoseconds(try #require(spawned.lo)), try nanoseconds(try #require(spawned.hi)))
      let at = try nanoseconds(try #require(spawned.at))
      let span = try #require(lab.machineStart)
      #expect(lo <= at && at <= hi && hi - lo <= 20_000_000)
      #expect(hi >= span.lowerBound && lo <= span.upperBound)
    }

    @Test func `a machine that stands still uses nothing, and its unnamed threads are no guess`() throws {
      let lab = try Lab.with("paused")
      let row = try lab.pictures.get(lab, dockerHost: true).row("lab-paused", lab)
      #expect(try row.number("cpu.usage_percent") < 5)
      #expect(row.reason("cpu.guest_percent") == "software-emulation")
      #expect(row.reason("cpu.emulator_percent") == "unnamed-threads")
      #expect(row.reason("cpu.wait_percent") == "unnamed-threads")
    }

    @Test func `a user-mode Linux is one row, with the time and the memory of all its processes`() throws {
      let lab = try Lab.with("uml")
      let picture = try lab.pictures.get(lab, dockerHost: true)
      let row = try picture.row(Lab.umlName, lab)
      #expect(row.name == Lab.umlName && row.kind == "vm" && row.runtime == "uml")
      #expect(row.mainPid == lab.machines[Lab.umlName])
      #expect(picture.snapshot.workloads.filter { $0.runtime == "uml" && $0.name == Lab.umlName }.count == 1)
      #expect(try row.number("memory.configured_bytes") == 48 * 1_048_576)
      #expect(try row.number("cpu.vcpus") == 1)
      // Its processes share most of it: each counted in full, they would have more than the guest was given.
      #expect(try (4 * 1_048_576...64 * 1_048_576).contains(row.number("memory.current_bytes")))
      #expect(row.reason("cpu.guest_percent") == "not-applicable")
      // Its loop starts a program ten times a second.
      let (usage, total) = (try row.number("cpu.usage_percent"), try row.number("cpu.usage_seconds_total"))
      #expect(usage > 0 && usage <= 110)
      let kernel = try Self.seconds(of: try #require(row.mainPid))
      #expect(total <= kernel + 0.1, "\(total) of \(kernel)")
    }

    /// Seconds of CPU of a process, its children and those of them that are over: by ticks, and now.
    private static func seconds(of pid: Int32) throws -> Double {
      func fields(_ pid: Int32) throws -> [Double] {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return stat[(try #require(stat.lastIndex(of: ")")))...].split(separator: " ").map { Double($0) ?? 0 }
      }
      let children = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
      let others = children.split(separator: " ").compactMap { Int32($0) }.compactMap { try? fields($0) }
      let main = try fields(pid)
      return (main[12...15].reduce(0, +) + others.map { $0[12] + $0[13] }.reduce(0, +)) / 100
    }

    @Test func `under KVM nearly all of the time is the guest's`() throws {
      let lab = try Lab.with("kvm")
      let picture = try lab.pictures.get(lab, dockerHost: true)
      let row = try picture.row("lab-kvm", lab)
      #expect(picture.snapshot.host.kvmAvailable)
      let (usage, guest) = (try row.number("cpu.usage_percent"), try row.number("cpu.guest_percent"))
      let wait = try row.number("cpu.wait_percent")
      // Guest time counts by clock ticks: on a crowded machine it may be off by some of them.
      #expect(abs(usage - guest) <= 8 + usage / 5, "usage \(usage), guest \(guest)")
      #expect(wait >= 0)
      // It never halts: what it does not get, it waits for.
      #expect(usage + wait > 80, "usage \(usage), wait \(wait)")
      if wait < 40 { #expect(guest > 50) }
      #expect(try row.number("cpu.emulator_percent") <= 5 + usage / 10)
      #expect(try row.number("cpu.user_percent") <= 8 + usage / 5)
    }
  }
}
