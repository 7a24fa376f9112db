import TareModel
import TestSupport
import Testing

@testable import TareScreen

/// The tree by cgroup: nested as systemd nests its slices, with their own figures.
struct SliceTreeTests {
  private func frame(
    slices: [SliceReadings] = [], before: [SliceReadings] = [], parent: (of: String, is: String)? = nil
  ) -> Frame {
    let paths = [
      "/a.slice/a-b.slice/web.scope", "/a.slice/db.scope", "/machine.slice/vm.scope", "/alone",
      "/a.slice/a-b.slice/a-b-c.slice/job.scope",
    ]
    func rows(_ cpu: UInt64) -> [(workload: Workload, serial: UInt64, readings: [Metric: Reading])] {
      paths.enumerated().map { index, path in
        var workload = makeWorkload("w\(index)", name: String(path.split(separator: "/").last ?? ""))
        workload.cgroup = path
        if let parent, parent.of == workload.name {
          workload.parent = "w\(paths.firstIndex { $0.hasSuffix(parent.is) }!)"
        }
        return (
          workload, UInt64(index + 1),
          [
            .memoryCurrent: .value(10 << 20), .memoryInactiveFile: .value(0), .memoryHelpers: .value(0),
            .cpuUsage: .value(cpu),
          ]
        )
      }
    }
    var samples = [makeSample(at: 10, rows(0)), makeSample(at: 11, rows(100_000_000))]
    (samples[0].slices, samples[1].slices) = (before, slices)
    return Frame(previous: samples[0], current: samples[1])
  }

  private func lines(_ frame: Frame, _ change: (inout ListState) -> Void = { _ in }) -> [String] {
    var list = ListState()
    (list.tree, list.sort) = (.slice, "name")
    change(&list)
    list.rank(frame)
    return list.lines.map { line in
      switch line {
      case .group(let place):
        let group = list.groups[place]
        let title = group.isInside ? "=" : group.title
        return String(repeating: " ", count: group.depth) + "[\(title) \(Int(group.memory) >> 20)]"
      case .workload(let row, let depth):
        return String(repeating: " ", count: depth) + frame.current.workloads[row].name
      }
    }
  }

  @Test func `a slice is in the slice that it is in, and counts what is below it`() {
    #expect(
      lines(frame()) == [
        "alone", "[a.slice 30]", " db.scope", " [a-b.slice 20]", "  [a-b-c.slice 10]", "   job.scope", "  web.scope",
        "[machine.slice 10]", " vm.scope",
      ])
  }

  /// Podman's pod is in machine.slice, its containers in a slice within that.
  @Test func `a workload whose parent is elsewhere counts for its own slice, and once for the slice of both`() {
    #expect(
      lines(frame(parent: (of: "web.scope", is: "db.scope"))) == [
        "alone", "[a.slice 20]", " db.scope", " [a-b.slice 20]", "  [a-b-c.slice 10]", "   job.scope", "  web.scope",
        "[machine.slice 10]", " vm.scope",
      ])
  }

  @Test func `a slice folds with all that is in it`() {
    #expect(
      lines(frame()) { $0.collapsed = ["group:/a.slice"] } == [
        "alone", "[a.slice 30]", "[machine.slice 10]", " vm.scope",
      ])
  }

  @Test func `a slice that is read has its own figures, and its workloads' sum on a line below`() {
    func reading(_ at: UInt64, _ cpu: UInt64) -> SliceReadings {
      SliceReadings(
        path: "/a.slice", readAt: at * 1_000_000_000, cpuUsage: .value(cpu), memoryCurrent: .value(90 << 20),
        memoryInactiveFile: .value(20 << 20))
    }
    let frame = frame(slices: [reading(11, 700_000_000)], before: [reading(10, 0)])
    #expect(Array(lines(frame).prefix(4)) == ["alone", "[a.slice 30]", " [= 30]", " db.scope"])
    let slice = frame.slice("/a.slice")
    #expect(
      slice?.cpu == .number(70) && slice?.workingSet == .integer(70 << 20) && slice?.charged == .integer(90 << 20))
    #expect(frame.slice("/b.slice") == nil)
  }
}
