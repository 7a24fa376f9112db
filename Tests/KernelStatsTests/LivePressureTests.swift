import Foundation
import TareModel
import TestSupport
import Testing

@testable import KernelStats

/// A cgroup of the live machine, made for one test.
private final class LiveGroup {
  static let parent: String? = (try? CgroupLayout(KernelRoot()))?.unified

  /// Needs Linux 6.1 for `cgroup.pressure`.
  static var canSwitchPressure: Bool {
    geteuid() == 0 && parent.map { unsafe access("\($0)/cgroup.pressure", W_OK) == 0 } ?? false
  }

  let name = "/tare-test-\(ProcessInfo.processInfo.processIdentifier)"
  var folder: String { (Self.parent ?? "") + name }

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false) }

  deinit { unsafe rmdir(folder) }
}

struct LivePressureTests {
  @Test(.enabled(if: LiveGroup.canSwitchPressure, "needs root, cgroup v2 and Linux 6.1"), arguments: [0, 100])
  func `pressure files that are switched off and on again while they are held`(descriptors: Int) throws {
    let group = try LiveGroup()
    defer { withExtendedLifetime(group) {} }
    var own = OwnCgroups()
    own.unified = group.name
    let root = KernelRoot()
    let reader = CgroupReader(root, CgroupPlan(try CgroupLayout(root)), own, DescriptorBudget(descriptors))
    var buffer = [UInt8](repeating: 0, count: 4096)
    func read() -> Reading {
      var sample = makeSample([(makeWorkload("a"), 1, [:])])
      _ = reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: false)
      return sample[0, .pressureCpuSome]
    }
    #expect(read().number != nil)
    for _ in 0..<2 {
      try "0".write(toFile: "\(group.folder)/cgroup.pressure", atomically: false, encoding: .utf8)
      #expect(read() == .missing(.noPressure))
      try "1".write(toFile: "\(group.folder)/cgroup.pressure", atomically: false, encoding: .utf8)
      #expect(read().number != nil)
    }
  }
}
