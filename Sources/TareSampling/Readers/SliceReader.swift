internal import KernelStats
internal import TareModel

/// Reads the cgroups that workloads are in: CPU time and memory of each as a whole.
final class SliceReader {
  /// So many, and no more: a stranger may nest as many as he likes.
  private static let most = 256

  private let root: KernelRoot
  private let plan: CgroupPlan
  private let layout: CgroupLayout
  private let budget: DescriptorBudget
  private var readers: [(path: String, reader: CgroupReader)] = []
  /// Where each is read into.
  private var scratch: Sample

  init(_ root: KernelRoot, _ layout: CgroupLayout, _ plan: CgroupPlan, _ budget: DescriptorBudget, _ host: Host) {
    (self.root, self.layout, self.plan, self.budget) = (root, layout, plan, budget)
    scratch = Sample(host: host)
    scratch.prepare([Workload(id: "", name: "", kind: .container, runtime: .host)], serials: [0])
  }

  /// Those of these workloads.
  func follow(_ workloads: [Workload]) {
    var paths: Set<String> = []
    for workload in workloads {
      guard var path = workload.cgroup else { continue }
      while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex {
        path = String(path[..<slash])
        if !paths.insert(path).inserted { break }
      }
    }
    let old = Dictionary(readers.map { ($0.path, $0.reader) }) { first, _ in first }
    readers = paths.sorted().prefix(Self.most).map { path in (path, old[path] ?? reader(path)) }
  }

  func read(into sample: inout Sample, buffer: inout [UInt8]) {
    sample.slices.removeAll(keepingCapacity: true)
    for (path, reader) in readers {
      for metric in [Metric.cpuUsage, .memoryCurrent, .memoryInactiveFile] {
        scratch[0, metric] = .missing(.noController)
      }
      let at = root.monotonic()
      reader.readSketch(into: &scratch, row: 0, buffer: &buffer)
      scratch.problems.removeAll(keepingCapacity: true)
      sample.slices.append(
        SliceReadings(
          path: path, readAt: at, cpuUsage: scratch[0, .cpuUsage], memoryCurrent: scratch[0, .memoryCurrent],
          memoryInactiveFile: scratch[0, .memoryInactiveFile]))
    }
  }

  /// The same path in each hierarchy: engines and systemd make their groups in all of them.
  private func reader(_ path: String) -> CgroupReader {
    var own = OwnCgroups()
    own.unified = path
    for controller in layout.controllers.keys { own.controllers[controller] = path }
    return CgroupReader(root, plan, own, budget)
  }
}
