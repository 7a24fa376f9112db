internal import KernelStats
internal import TareModel

/// Looks into one workload: its processes or threads, its devices, its cgroups. Expensive, so it is made for the one that
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
    inspection.cgroups = cgroups(of: main.pid, &buffer)
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
      folders += root.cgroups(in: folder).map { "\(folder)/\($0)" }
    }
    // In the kernel's order a busy parent may come late.
    return Array(Set(pids)).sorted()
  }

  /// Hierarchies in which it has the same path stand together.
  private func cgroups(of pid: Int32, _ buffer: inout [UInt8]) -> [Inspection.Cgroup] {
    guard let membership = root.membership(of: pid, layout, &buffer),
      let text = root.text("\(root.folder(of: pid))/cgroup")
    else { return [] }
    var paths: [(path: String, controllers: [String])] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      let (name, first) = (fields[1].isEmpty ? "unified" : fields[1], String(fields[1].prefix { $0 != "," }))
      guard let path = fields[1].isEmpty ? membership.unified : membership.controllers[first] else { continue }
      if let place = paths.firstIndex(where: { $0.path == path }) {
        paths[place].controllers.append(name)
      } else {
        paths.append((path, [name]))
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
