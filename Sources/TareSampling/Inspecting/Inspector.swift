internal import KernelStats
internal import TareModel

/// Looks into one workload: its processes or threads, its devices, its cgroups. Dear, so it is made for the one that
/// somebody looks at, and remembers what it needs for rates.
final class Inspector {
  let id: String
  let serial: UInt64
  private let root: KernelRoot
  private let layout: CgroupLayout
  private let row: Discovery.Row
  private var tasks: TaskReader
  private var devices: DeviceReader
  /// It changes seldom: read again after ten seconds.
  private var isolation: (value: Isolation, at: UInt64)?
  private let files: FileNames

  init(_ row: Discovery.Row, _ root: KernelRoot, _ layout: CgroupLayout, _ plan: CgroupPlan) {
    (self.row, self.root, self.layout) = (row, root, layout)
    files = FileNames(row, root, layout, plan)
    (id, serial) = (row.workload.id, row.serial)
    tasks = TaskReader(root)
    devices = DeviceReader(root, layout)
  }

  /// - Parameters:
  ///   - vcpus: threads that run a virtual CPU, as the VMM told.
  ///   - neighbours: the other workloads.
  func look(_ buffer: inout [UInt8], vcpus: [Int32] = [], neighbours: @autoclosure () -> [Neighbour]) -> Inspection {
    var inspection = Inspection(workload: id)
    let main = row.finding.main
    var problems = Problems()
    if let machine = row.description.machine {
      tasks.beginPass()
      tasks.readThreads(of: main, accelerator: machine.accelerator, vcpus: vcpus, &buffer, &problems)
      for pid in row.workload.helpers { tasks.readProcess(pid, role: .helper, &buffer, &problems) }
      for tid in row.description.kernelHelpers { tasks.readProcess(tid, role: .vhost, &buffer, &problems) }
      inspection.network = devices.taps(machine.taps, &buffer, &problems)
    } else {
      tasks.beginPass()
      for pid in processes(&problems) { tasks.readProcess(pid, role: .process, &buffer, &problems) }
      inspection.network = devices.interfaces(of: main.pid, &buffer, &problems)
    }
    let found = tasks.endPass()
    inspection.tasks = found.tasks
    inspection.taskCount = found.count
    inspection.wait = found.wait
    inspection.disks = devices.disks(row.finding.own, &buffer, &problems)
    inspection.cgroups = cgroups(of: main.pid)
    inspection.isolation = lookAround(neighbours())
    inspection.files = files.all(&buffer)
    inspection.problems = problems.all
    return inspection
  }

  private func lookAround(_ neighbours: @autoclosure () -> [Neighbour]) -> Isolation {
    let now = root.monotonic()
    if let isolation, now &- isolation.at < 10_000_000_000 { return isolation.value }
    let value = IsolationReader(root: root, layout: layout).read(row, among: neighbours())
    isolation = (value, now)
    return value
  }

  /// All processes in the workload's own cgroup and below it; of one without a cgroup only the first is known.
  private func processes(_ problems: inout Problems) -> [Int32] {
    guard let top = row.finding.own.identityFolder(layout) else {
      problems.add("It has no cgroup of its own: only its first process is known.")
      return [row.finding.main.pid]
    }
    var pids: [Int32] = []
    var folders = [top]
    var seen = 0
    while let folder = folders.popLast(), seen < 256 {
      seen += 1
      guard let text = root.text("\(folder)/cgroup.procs") else {
        problems.add("\(folder)/cgroup.procs cannot be read.")
        continue
      }
      pids += text.split(separator: "\n").compactMap { Int32($0) }
      // Files and folders look alike in a listing; no file of a cgroup is without a dot but `tasks`.
      guard let names = try? root.list(folder) else { continue }
      folders += names.filter { !Self.files.contains($0) && !Self.isFile($0) }.map { "\(folder)/\($0)" }
    }
    // In the kernel's order a busy parent may come late.
    return Array(Set(pids)).sorted()
  }

  private static let files: Set<String> = ["tasks", "notify_on_release", "release_agent"]

  /// `memory.stat`, `cgroup.procs`: a controller's name and a dot.
  private static func isFile(_ name: String) -> Bool {
    guard let dot = name.firstIndex(of: ".") else { return false }
    return controllers.contains(String(name[..<dot]))
  }

  private static let controllers: Set<String> = [
    "cgroup", "cpu", "cpuacct", "cpuset", "memory", "io", "blkio", "pids", "devices", "freezer", "net_cls", "net_prio",
    "perf_event", "hugetlb", "rdma", "misc", "irq", "dmem",
  ]

  /// Hierarchies in which it has the same path stand together.
  private func cgroups(of pid: Int32) -> [Inspection.Cgroup] {
    guard let text = root.text("/proc/\(pid)/cgroup") else { return [] }
    var paths: [(path: String, controllers: [String])] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      let name = fields[1].isEmpty ? "unified" : fields[1]
      if let place = paths.firstIndex(where: { $0.path == fields[2] }) {
        paths[place].controllers.append(name)
      } else {
        paths.append((fields[2], [name]))
      }
    }
    return paths.map { Inspection.Cgroup(controllers: $0.controllers.joined(separator: ","), path: $0.path) }
  }
}

/// What could not be read, each thing once and not too many.
struct Problems {
  private(set) var all: [String] = []

  mutating func add(_ text: String) {
    if all.count < 4, !all.contains(text) { all.append(text) }
  }
}
