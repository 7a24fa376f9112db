internal import KernelStats
internal import TareModel

/// Which files the metrics of one workload are read from, as ``RowReader`` reads them.
struct FileNames {
  private let root: KernelRoot
  private let layout: CgroupLayout
  private let plan: CgroupPlan
  private let row: Discovery.Row

  init(_ row: Discovery.Row, _ root: KernelRoot, _ layout: CgroupLayout, _ plan: CgroupPlan) {
    (self.row, self.root, self.layout, self.plan) = (row, root, layout, plan)
  }

  private var pid: Int32 { row.finding.main.pid }

  /// Only those that are there.
  func all(_ buffer: inout [UInt8]) -> [MetricFile] {
    var files = plan.files(of: row.finding.own).filter { root.inode($0.path) != nil }
    if let machine = row.description.machine {
      // What the VMM's process tells in any case, whatever its cgroup has; then what its cgroup has not.
      files.removeAll { Self.ofProcess.contains($0.metric) }
      files += process + guest(machine) + network(machine.taps)
      let counted = Set(files.map(\.metric))
      files += uncounted(machine).filter { !counted.contains($0.metric) }
      if counted.contains(.memoryCurrent), !chargesHugetlb {
        files.append(MetricFile(.memoryCurrent, "/proc/\(pid)/status", "HugetlbPages, added"))
      }
    } else if (try? root.link("\(row.finding.main.folder)/ns/net")) != (try? root.link("/proc/self/ns/net")) {
      files.append(MetricFile(.networkReceived, "\(row.finding.main.folder)/net/dev", "received bytes but lo's"))
      files.append(MetricFile(.networkSent, "\(row.finding.main.folder)/net/dev", "sent bytes but lo's"))
    }
    return files + helpers(&buffer)
  }

  private var chargesHugetlb: Bool { !layout.isV1("memory") && layout.chargesHugetlb }

  /// Metrics that a VM has from its VMM's process alone.
  private static let ofProcess: Set<Metric> = [
    .cpuUser, .cpuSystem, .memoryInactiveFile, .memoryAnon, .memoryFile, .memoryKernel,
  ]

  private var process: [MetricFile] {
    let folder = "/proc/\(pid)"
    let stat = "\(folder)/stat"
    var files = [
      MetricFile(.cpuUser, stat, "utime - guest_time"), MetricFile(.cpuSystem, stat, "stime"),
      MetricFile(.cpuGuest, stat, "guest_time"),
      MetricFile(.cpuEmulator, "\(folder)/task/*/schedstat", "first field of threads that are no vCPU"),
      MetricFile(.cpuWait, "\(folder)/task/*/schedstat", "second field of vCPU threads"),
      MetricFile(.memoryAnon, "\(folder)/status", "RssAnon"),
      MetricFile(.memoryFile, "\(folder)/status", "RssFile + RssShmem"),
      MetricFile(.memoryResident, "\(folder)/statm", "resident"),
      MetricFile(.memoryResident, "\(folder)/status", "HugetlbPages"),
      MetricFile(.memoryVmm, "\(folder)/smaps", "Pss and hugetlb of all mappings but the guest's"),
      MetricFile(.memoryGuestResident, "\(folder)/smaps", "Rss and hugetlb of the guest's mapping"),
      MetricFile(.memoryGuestResident, "\(folder)/statm", "what it moved by since"),
      MetricFile(.memoryKsmSaved, "\(folder)/ksm_stat", "ksm_process_profit"),
    ]
    for tid in row.description.kernelHelpers {
      files.append(MetricFile(.cpuEmulator, "/proc/\(tid)/schedstat", "first field, vhost"))
    }
    if !layout.isV1("memory"), let group = row.finding.own.folder("memory", layout) {
      files.append(MetricFile(.memoryKernel, "\(group)/memory.stat", "sec_pagetables"))
    }
    return files
  }

  /// Where the VMM's cgroup is shared with others.
  private func uncounted(_ machine: MachineDescription) -> [MetricFile] {
    let folder = "/proc/\(pid)"
    var files = [
      MetricFile(.cpuUsage, "\(folder)/task/*/schedstat", "first field of all threads"),
      MetricFile(.memoryCurrent, "\(folder)/smaps", "Pss and hugetlb"),
      MetricFile(.memorySwap, "\(folder)/status", "VmSwap"),
      MetricFile(.memoryCurrent, "\(folder)/statm", "what it moved by since"),
      MetricFile(.ioRead, "\(folder)/io", "read_bytes"), MetricFile(.ioWritten, "\(folder)/io", "write_bytes"),
    ]
    for tid in row.description.kernelHelpers {
      files.append(MetricFile(.cpuUsage, "/proc/\(tid)/schedstat", "first field, vhost"))
    }
    return files
  }

  private func network(_ taps: [String]) -> [MetricFile] {
    guard !taps.isEmpty else { return [] }
    let names = taps.joined(separator: ", ")
    return [
      MetricFile(.networkReceived, "/proc/net/dev", "sent bytes of \(names)"),
      MetricFile(.networkSent, "/proc/net/dev", "received bytes of \(names)"),
    ]
  }

  /// What was given to it, and what it told of itself.
  private func guest(_ machine: MachineDescription) -> [MetricFile] {
    var files: [MetricFile] = []
    if row.description.hypervisor?.isSizedByArguments == true {
      if machine.memory != nil { files.append(MetricFile(.memoryConfigured, "/proc/\(pid)/cmdline", "RAM given")) }
      if machine.vcpus != nil {
        files.append(MetricFile(.cpuCount, "/proc/\(pid)/cmdline", "virtual CPUs given"))
        files.append(MetricFile(.cpuLimit, "/proc/\(pid)/cmdline", "virtual CPUs given"))
      }
    }
    guard case .socket(let path, _) = row.description.monitor else { return files }
    let told: [(Metric, String)] = [
      (.memoryGuestUsed, "total - available of guest-stats"), (.memoryGuestTotal, "total of guest-stats"),
      (.memoryGuestFree, "free of guest-stats"), (.memoryBalloon, "actual of query-balloon"),
    ]
    return files + told.map { MetricFile($0.0, path, "\($0.1), with --qmp") }
  }

  private func helpers(_ buffer: inout [UInt8]) -> [MetricFile] {
    guard row.description.machine?.accelerator != .uml else { return [] }
    let own = row.finding.own
    let pids = row.workload.helpers.filter { !row.description.kernelHelpers.contains($0) }.prefix(16)
    return pids.flatMap { helper -> [MetricFile] in
      let folder = "/proc/\(helper)"
      let runs = root.isInside(own, helper, layout.isV1("cpuacct") ? "cpuacct" : "cpu", layout, &buffer)
      let holds = own.folder("memory", layout) == nil || root.isInside(own, helper, "memory", layout, &buffer)
      return [
        MetricFile(runs ? .cpuHelpersInside : .cpuHelpers, "\(folder)/stat", "utime + stime"),
        MetricFile(holds ? .memoryHelpersInside : .memoryHelpers, "\(folder)/smaps_rollup", "Pss and hugetlb"),
        MetricFile(.memoryHelpersResident, "\(folder)/statm", "resident"),
      ]
    }
  }
}
