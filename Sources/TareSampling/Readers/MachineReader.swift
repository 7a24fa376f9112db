internal import KernelStats
internal import TareModel

/// The figures of a VM: from the VMM's process and threads, and from its cgroup where that is its own.
final class MachineReader {
  private let root: KernelRoot
  private let process: Process
  private let machine: MachineDescription
  private let helpers: [Int32]
  private let cgroup: CgroupReader
  private let box: OverheadReader
  /// Huge pages are in the charge of its own cgroup.
  private let chargesHugetlb: Bool
  private let memoryStat: String?
  private let stat: HeldFile
  private let statm: HeldFile
  private let status: HeldFile
  private let io: HeldFile
  private let threads: MachineThreads
  /// User time without the guest's, the highest that was seen.
  private var userTicks: UInt64 = 0
  private var systemTicks: UInt64 = 0
  /// The other processes of a machine that is several; nil of any other.
  private var family: [Int32]?
  private var secondLevelTables: Reading = .missing(.sharedCgroup)
  /// A signal stopped the VMM.
  private(set) var isStopped = false
  private var saved: Reading = .missing(.kernelTooOld)

  init(
    _ row: Discovery.Row, _ machine: MachineDescription, _ box: OverheadReader, _ root: KernelRoot, _ plan: CgroupPlan,
    _ layout: CgroupLayout,
    _ budget: DescriptorBudget
  ) {
    self.root = root
    self.machine = machine
    process = row.finding.main
    helpers = row.workload.helpers
    let own = row.finding.own
    self.box = box
    chargesHugetlb = !layout.isV1("memory") && layout.chargesHugetlb
    cgroup = CgroupReader(root, plan, own, budget)
    memoryStat = layout.isV1("memory") ? nil : own.folder("memory", layout).map { "\($0)/memory.stat" }
    if own.leading != nil, layout.isV1("memory") { secondLevelTables = .missing(.noController) }
    let folder = process.folder
    stat = HeldFile("/proc/\(process.pid)/stat", root, budget)
    statm = HeldFile("\(folder)/statm", root, budget)
    status = HeldFile("\(folder)/status", root, budget)
    io = HeldFile("/proc/\(process.pid)/io", root, budget)
    let vhost = row.description.kernelHelpers
    threads = MachineThreads(process.pid, outside: vhost, accelerator: machine.accelerator, root, budget)
  }

  /// Of the VMM.
  var pid: Int32 { process.pid }

  /// - Returns: whether the VM is still there.
  func read(into sample: inout Sample, row: Int, buffer: inout [UInt8], refreshing: Bool) -> Bool {
    _ = cgroup.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
    do throws(KernelError) {
      let stat = try stat.read(into: &buffer) { bytes throws(FormatError) in try ProcessStat(bytes) }
      guard stat.start == process.start else { throw .gone(path: self.stat.path) }
      isStopped = stat.isStopped
      readCpu(stat, into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
    } catch {
      let reason: Reason = if case .notFound = error { .ended } else { error.reason }
      for metric in Metric.allCases { sample[row, metric] = .missing(reason) }
      return false
    }
    if refreshing { refresh(&buffer) }
    readMemory(into: &sample, row: row, buffer: &buffer)
    readTraffic(into: &sample, row: row, buffer: &buffer)
    return true
  }

  private func readCpu(
    _ stat: ProcessStat, into sample: inout Sample, row: Int, buffer: inout [UInt8], refreshing: Bool
  ) {
    let tick = root.facts.tick
    let (user, system) = ticks(stat, &buffer)
    // The kernel scales utime to the time that really ran, guest_time it does not: their difference may go back.
    userTicks = max(userTicks, user)
    systemTicks = max(systemTicks, system)
    sample[row, .cpuUser] = .value(userTicks.saturating(times: tick))
    sample[row, .cpuSystem] = .value(systemTicks.saturating(times: tick))
    sample[row, .cpuGuest] = guestTime(stat)
    threads.told = sample.guests[row].report?.vcpus ?? []
    do throws(KernelError) {
      let reaped =
        family == nil ? 0 : stat.reapedUserTicks.saturating(plus: stat.reapedSystemTicks).saturating(times: tick)
      let totals = try threads.read(
        count: stat.threads, family: family, reaped: reaped, refreshing: refreshing, buffer: &buffer)
      if sample[row, .cpuUsage].number == nil { sample[row, .cpuUsage] = .value(totals.running) }
      sample[row, .cpuEmulator] = totals.knowsVcpus ? .value(totals.emulating) : .missing(.unnamedThreads)
      // The kernel of a user-mode Linux and what would be its VMM are one program.
      if family != nil { sample[row, .cpuEmulator] = .missing(.notApplicable) }
      sample[row, .cpuWait] = totals.knowsVcpus ? .value(totals.waiting) : .missing(.unnamedThreads)
    } catch {
      for metric in [Metric.cpuUsage, .cpuEmulator, .cpuWait] where sample[row, metric].number == nil {
        sample[row, metric] = .missing(error.reason)
      }
    }
    sample[row, .cpuCount] = machine.vcpus.map { .value($0) } ?? .missing(.notReported)
    guard let vcpus = machine.vcpus else { return }
    let limit = vcpus.saturating(times: 1_000_000)
    sample[row, .cpuLimit] = .value(min(limit, sample[row, .cpuLimit].number ?? limit))
  }

  /// User time without the guest's, and system time, of all processes of the machine.
  private func ticks(_ stat: ProcessStat, _ buffer: inout [UInt8]) -> (user: UInt64, system: UInt64) {
    var user = stat.userTicks > stat.guestTicks ? stat.userTicks - stat.guestTicks : 0
    var system = stat.systemTicks
    family = machine.accelerator == .uml ? root.children(of: process.pid) ?? helpers : nil
    guard let family else { return (user, system) }
    user.add(saturating: stat.reapedUserTicks)
    system.add(saturating: stat.reapedSystemTicks)
    for pid in family {
      guard let count = try? root.read("/proc/\(pid)/stat", into: &buffer),
        let child = try? ProcessStat(buffer.span.extracting(first: count))
      else { continue }
      user.add(saturating: child.userTicks)
      system.add(saturating: child.systemTicks)
    }
    return (user, system)
  }

  /// Under software emulation, and where KVM itself is emulated, guest time stays 0 while the VMM burns CPU.
  private func guestTime(_ stat: ProcessStat) -> Reading {
    if machine.accelerator == .uml { return .missing(.notApplicable) }
    // Its driver does not tell the kernel.
    if machine.accelerator == .vbox { return .missing(.notReported) }
    let burnt = (stat.userTicks.saturating(plus: stat.systemTicks)) / max(1, root.facts.clockTicks)
    if machine.accelerator == .tcg || stat.guestTicks == 0 && burnt >= 2 { return .missing(.softwareEmulation) }
    return .value(stat.guestTicks.saturating(times: root.facts.tick))
  }

  private func readMemory(into sample: inout Sample, row: Int, buffer: inout [UInt8]) {
    var hugetlb: UInt64?
    do throws(KernelError) {
      let status = try status.read(into: &buffer) { bytes throws(FormatError) in try ProcessStatus(bytes) }
      hugetlb = status.hugetlb
      if sample[row, .memorySwap] == .missing(.sharedCgroup) {
        sample[row, .memorySwap] = status.swap.map { .value($0) } ?? .missing(.kernelTooOld)
      }
      sample[row, .memoryAnon] = status.anon.map { .value($0) } ?? .missing(.kernelTooOld)
      sample[row, .memoryFile] = sum(status.file, status.shared)
      let pages = try statm.read(into: &buffer) { bytes throws(FormatError) in try residentPages(statm: bytes) }
      sample[row, .memoryResident] = sum(pages.saturating(times: root.facts.pageSize), hugetlb)
    } catch {
      for metric in [Metric.memoryAnon, .memoryFile, .memoryResident] { sample[row, metric] = .missing(error.reason) }
    }
    weigh(into: &sample, row: row, buffer: &buffer, hugetlb: hugetlb ?? 0)
    sample[row, .memoryInactiveFile] = .missing(.notApplicable)
    // They are in the VMM's memory.
    sample[row, .memoryHugetlb] = .missing(.notApplicable)
    sample[row, .memoryKernel] = secondLevelTables
    sample[row, .memoryConfigured] = machine.memory.map { .value($0) } ?? .missing(.notReported)
    sample[row, .memoryGuestUsed] = sample.guests[row].memoryUsed(at: root.now().realtime)
    sample[row, .memoryKsmSaved] = saved
  }

  /// What the guest's and the VMM's parts are. Between two looks at its mappings both follow what is resident: almost all that
  /// comes and goes is the guest's.
  private func weigh(into sample: inout Sample, row: Int, buffer: inout [UInt8], hugetlb: UInt64) {
    let resident = sample[row, .memoryResident].number
    let look = box.read(into: &sample, row: row, buffer: &buffer, family: family ?? [], resident: resident)
    func moved(_ reading: Reading?) -> Reading {
      guard let look, look.followsResident, let resident, case .value(let bytes) = reading else {
        return reading ?? .missing(.firstSample)
      }
      if resident >= look.resident { return .value(bytes.saturating(plus: resident - look.resident)) }
      return .value(bytes - min(bytes, look.resident - resident))
    }
    if case .value(let charged) = sample[row, .memoryCurrent] {
      sample[row, .memoryCurrent] = .value(chargesHugetlb ? charged : charged.saturating(plus: hugetlb))
    } else {
      sample[row, .memoryCurrent] = moved(look?.share)
    }
    sample[row, .memoryVmm] = look?.vmm ?? .missing(.firstSample)
    sample[row, .memoryGuestResident] = moved(look?.guest)
    let (guest, now) = (sample.guests[row], root.now().realtime)
    sample[row, .memoryGuestTotal] = guest.memory(at: now, \.total)
    sample[row, .memoryGuestFree] = guest.memory(at: now, \.free)
    sample[row, .memoryBalloon] = guest.balloon
  }

  private func readTraffic(into sample: inout Sample, row: Int, buffer: inout [UInt8]) {
    guard sample[row, .ioRead].number == nil else { return }
    do throws(KernelError) {
      var traffic = try io.read(into: &buffer) { bytes throws(FormatError) in try blockTraffic(processIO: bytes) }
      for pid in family ?? [] {
        // Its disks are written to by a process of their own.
        guard let count = try? root.read("/proc/\(pid)/io", into: &buffer),
          let more = try? blockTraffic(processIO: buffer.span.extracting(first: count))
        else { continue }
        traffic.read = traffic.read.map { $0.saturating(plus: more.read ?? 0) }
        traffic.written = traffic.written.map { $0.saturating(plus: more.written ?? 0) }
      }
      sample[row, .ioRead] = traffic.read.map { .value($0) } ?? .missing(.kernelTooOld)
      sample[row, .ioWritten] = traffic.written.map { .value($0) } ?? .missing(.kernelTooOld)
    } catch {
      sample[row, .ioRead] = .missing(error.reason)
      sample[row, .ioWritten] = .missing(error.reason)
    }
  }

  private func refresh(_ buffer: inout [UInt8]) {
    if let count = try? root.read("/proc/\(process.pid)/ksm_stat", into: &buffer) {
      saved = ksmProfit(ksmStat: buffer.span.extracting(first: count)).map { .value($0) } ?? .missing(.kernelTooOld)
    }
    if let memoryStat, let count = try? root.read(memoryStat, into: &buffer) {
      secondLevelTables = .missing(.kernelTooOld)
      try? tables.read(buffer.span.extracting(first: count)) { _, bytes in secondLevelTables = .value(bytes) }
    }
  }
}

private let tables = KeyTable([(StaticKey("sec_pagetables"), 0, 1)])

/// A part that the kernel does not list is not there.
private func sum(_ first: UInt64?, _ second: UInt64?) -> Reading {
  switch (first, second) {
  case (nil, nil): .missing(.kernelTooOld)
  case (let one?, nil), (nil, let one?): .value(one)
  case (let one?, let other?): .value(one.saturating(plus: other))
  }
}
