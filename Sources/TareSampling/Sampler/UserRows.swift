internal import KernelStats
internal import TareModel

/// The rows of Unix users, after those of workloads; none, and nothing read for them, unless they are asked for.
final class UserRows {
  private let root: KernelRoot
  private var plan: CgroupPlan
  private let budget: DescriptorBudget
  private let users: Users
  private let ledger: UserLedger
  private var rows: [Users.Row] = []
  private var readers: [UInt64: UserReader] = [:]
  private var inspected: (serial: UInt64, tasks: TaskReader)?
  private(set) var workloads: [Workload] = []
  private(set) var serials: [UInt64] = []

  init(_ root: KernelRoot, _ layout: CgroupLayout, _ plan: CgroupPlan, _ budget: DescriptorBudget) {
    (self.root, self.plan, self.budget) = (root, plan, budget)
    users = Users(root, layout)
    ledger = UserLedger(root)
  }

  var lookingCost: UInt64 { ledger.lookingCost }
  var problem: Problem? { rows.isEmpty ? nil : users.problem }

  func hide() {
    (rows, readers, inspected, workloads, serials) = ([], [:], nil, [], [])
    users.forget()
    ledger.forget()
  }

  /// Other hierarchies are mounted now.
  func adopt(_ layout: CgroupLayout, _ plan: CgroupPlan) {
    users.layout = layout
    (self.plan, readers) = (plan, [:])
  }

  /// After a pass of discovery.
  func update(_ processes: ProcessTable, besides found: [Discovery.Row]) {
    rows = users.group(processes, besides: found)
    ledger.keep(rows)
    let old = readers
    readers = [:]
    for row in rows { readers[row.serial] = old[row.serial] ?? UserReader(row, root, plan, budget) }
    workloads = rows.map(\.workload)
    serials = rows.map(\.serial)
  }

  /// - Parameter first: the place of the first user's row.
  func read(into sample: inout Sample, from first: Int, buffer: inout [UInt8], refreshing: Bool) {
    guard !rows.isEmpty else { return }
    ledger.read(&buffer)
    for (index, row) in rows.enumerated() {
      readers[row.serial]?.read(
        into: &sample, at: first + index, row, ledger, buffer: &buffer, refreshing: refreshing)
    }
  }

  /// The user's processes; nil where no row has this id.
  func inspect(_ id: String, _ buffer: inout [UInt8]) -> Inspection? {
    guard let row = rows.first(where: { $0.workload.id == id }) else { return nil }
    var tasks = inspected?.serial == row.serial ? inspected!.tasks : TaskReader(root)
    var inspection = Inspection(workload: id)
    var problems = Problems()
    tasks.beginPass()
    for process in row.inside + row.loose { tasks.readProcess(process.pid, role: .process, &buffer, &problems) }
    let found = tasks.endPass()
    (inspection.tasks, inspection.taskCount, inspection.wait) = (found.tasks, found.count, found.wait)
    inspection.cgroups = row.slice?.leading.map { [Inspection.Cgroup(controllers: "", path: $0)] } ?? []
    inspection.problems = problems.all
    inspected = (row.serial, tasks)
    return inspection
  }
}
