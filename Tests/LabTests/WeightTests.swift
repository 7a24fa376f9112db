import Foundation
import TestSupport
import Testing

extension LabTests {
  /// Net and tare of real containers and VMs, against what their processes' mappings say.
  @Suite struct Weights {
    private static func rows(_ lab: Lab) throws -> [Snapshot.Row] {
      try lab.pictures.get(lab, dockerHost: true).snapshot.workloads
    }

    @Test func `net and tare are gross, and so are the shares, in every row`() throws {
      let lab = try Lab.with()
      for row in try Self.rows(lab) {
        for weight in [row.tare.memory, row.tare.cpu] {
          guard let gross = weight.gross else { continue }
          let sum = weight.shares.reduce(0) { $0 + ($1.bytes ?? $1.percent ?? 0) }
          #expect(abs(sum - gross) <= 0.001, "\(row.name): shares \(sum), gross \(gross)")
          if let net = weight.net, let tare = weight.tare {
            #expect(abs(net + tare - gross) <= 0.001, "\(row.name): \(net) + \(tare), gross \(gross)")
          } else {
            #expect(weight.net == nil && weight.tare == nil && weight.tareAtLeast != nil && weight.label == "unknown")
          }
        }
      }
    }

    @Test(arguments: Lab.machineNames)
    func `a VMM's overhead is what it maps beside guest RAM`(name: String) throws {
      let lab = try Lab.with(Lab.part(name))
      let pid = try #require(lab.machines[name])
      let before = try Mappings(of: pid)
      let snapshot = try lab.snapshot(["--interval", "200ms"])
      let after = try Mappings(of: pid)
      let row = try #require(snapshot.workloads.first { $0.name == name })
      let given = UInt64(try row.number("memory.configured_bytes"))
      let overhead = [before, after].map { Double($0.share(besides: given)) }
      let slack = 2.0 * 1_048_576
      let vmm = try row.number("memory.vmm_bytes")
      #expect(vmm >= (overhead.min() ?? 0) - slack && vmm <= (overhead.max() ?? 0) + slack, "\(vmm), \(overhead)")
      let ram = [before, after].map { Double($0.resident(of: given)) }
      let guest = try row.number("memory.guest_resident_bytes")
      #expect(guest >= (ram.min() ?? 0) - slack && guest <= (ram.max() ?? 0) + slack, "\(guest), \(ram)")
      #expect(row.tare.memory.net == nil)
      #expect(row.reason("tare.memory.net_bytes") == "no-guest-agent")
      #expect(try abs(#require(row.tare.memory.tareAtLeast) - vmm) <= slack)
    }

    @Test func `a VM in huge pages is as heavy as they are`() throws {
      let lab = try Lab.with("huge")
      let row = try lab.pictures.get(lab, dockerHost: true).row("lab-huge", lab)
      #expect(try row.number("memory.guest_resident_bytes") == 48 * 1_048_576)
      #expect(try #require(row.tare.memory.gross) > 48 * 1_048_576)
      #expect(try row.number("memory.resident_bytes") > 48 * 1_048_576)
    }

    @Test func `a shim is its container's tare, and a container without helpers has none`() throws {
      let lab = try Lab.with("docker")
      let container = try #require(lab.containers["lab-idle"])
      let shim = try Kernel.parent(of: container.pid)
      let before = try Mappings.share(ofAll: shim)
      let row = try #require(try lab.snapshot(["--interval", "200ms"]).workloads.first { $0.name == "lab-idle" })
      let after = try Mappings.share(ofAll: shim)
      let tare = try #require(row.tare.memory.tare)
      // Its pages are shared with other shims: each that begins or ends changes its part of them.
      let slack = 0.25 * max(before, after)
      #expect(tare >= min(before, after) - slack && tare <= max(before, after) + slack, "\(tare): \(before), \(after)")
      #expect(row.tare.memory.net == row.memory["current_bytes"] ?? nil)
      guard lab.containers["lab-runc"] != nil else { return }
      let bare = try lab.pictures.get(lab, dockerHost: true).row("lab-runc", lab)
      #expect(bare.tare.memory.tare == 0 && bare.tare.cpu.tare == 0)
    }

    @Test func `kernel memory is a share of net`() throws {
      let lab = try Lab.with("docker")
      _ = try #require(lab.containers["lab-slab"], "\(lab.skipped)")
      let row = try until(within: .seconds(60)) { () -> Snapshot.Row? in
        let row = try lab.snapshot(["--interval", "100ms"]).workloads.first { $0.name == "lab-slab" }
        return try (row?.number("memory.kernel_bytes") ?? 0) >= 30e6 ? row : nil
      }
      let weight = try #require(row).tare.memory
      let kernel = try #require(weight.shares.first { $0.part == "kernel" })
      #expect(kernel.side == "net" && kernel.bytes ?? 0 >= 30e6)
      #expect(try #require(weight.tare) < 20e6)
      #expect(try #require(weight.net) >= 30e6)
    }
  }
}

/// `/proc/PID/smaps`, read by this test's own lines.
private struct Mappings {
  private struct Mapping {
    var size: UInt64 = 0
    var rights = ""
    /// Bytes by name of the line.
    var fields: [String: UInt64] = [:]
    var share: UInt64 { (fields["Pss"] ?? 0) + huge }
    var huge: UInt64 { (fields["Private_Hugetlb"] ?? 0) + (fields["Shared_Hugetlb"] ?? 0) }
  }

  private var all: [Mapping] = []

  init(of pid: Int32) throws {
    // The kernel gives it a page at a time, which is not the end.
    let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/\(pid)/smaps"))
    let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.first?.isUppercase == true {
        guard !all.isEmpty, words.count == 3, let amount = UInt64(words[1]) else { continue }
        all[all.count - 1].fields[String(words[0].dropLast())] = amount * 1024
      } else {
        let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
        all.append(Mapping(size: ends[1] - ends[0], rights: String(words[1])))
      }
    }
  }

  private func isRam(_ mapping: Mapping, _ given: UInt64) -> Bool {
    mapping.size == given && mapping.rights.hasPrefix("rw-")
  }

  func share(besides given: UInt64) -> UInt64 { all.reduce(0) { $0 + (isRam($1, given) ? 0 : $1.share) } }
  func resident(of given: UInt64) -> UInt64 {
    all.reduce(0) { $0 + (isRam($1, given) ? ($1.fields["Rss"] ?? 0) + $1.huge : 0) }
  }

  static func share(ofAll pid: Int32) throws -> Double { try Double(Mappings(of: pid).all.reduce(0) { $0 + $1.share }) }
}
