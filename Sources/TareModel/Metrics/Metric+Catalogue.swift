extension Metric {
  /// All metrics, in the order of their cases. To add a kernel counter, add its case and its line here.
  public static let catalogue: [Declaration] =
    cpu + memory + box + swap + (pressure + traffic + helpers).map(\.carried) + processes

  private static let cpu: [Declaration] = [
    Declaration(
      metric: .cpuUsage, name: "cpu.usage", unit: .nanoseconds, kind: .counter,
      help: "CPU time used, in user and system mode.",
      v2: Place("cpu", "cpu.stat", .keyed(StaticKey("usage_usec")), scale: 1000),
      v1: Place("cpuacct", "cpuacct.usage", .single),
      machine: "cpu time of the VMM's own cgroup, else the sum over its threads of the first field of schedstat"),
    Declaration(
      metric: .cpuUser, name: "cpu.user", unit: .nanoseconds, kind: .counter,
      help: "CPU time used in user mode, for a VM without the guest's.",
      v2: Place("cpu", "cpu.stat", .keyed(StaticKey("user_usec")), scale: 1000),
      v1: Place("cpuacct", "cpuacct.stat", .keyed(StaticKey("user")), scale: 10_000_000),
      machine: "utime - guest_time of /proc/PID/stat, not below 0"),
    Declaration(
      metric: .cpuSystem, name: "cpu.system", unit: .nanoseconds, kind: .counter,
      help: "CPU time used in the kernel.",
      v2: Place("cpu", "cpu.stat", .keyed(StaticKey("system_usec")), scale: 1000),
      v1: Place("cpuacct", "cpuacct.stat", .keyed(StaticKey("system")), scale: 10_000_000),
      machine: "stime of /proc/PID/stat"),
    Declaration(
      metric: .cpuGuest, name: "cpu.guest", unit: .nanoseconds, kind: .counter,
      help: "CPU time that the guest itself ran.",
      v2: nil, v1: nil, machine: "guest_time, field 43 of /proc/PID/stat"),
    Declaration(
      metric: .cpuEmulator, name: "cpu.emulator", unit: .nanoseconds, kind: .counter,
      help: "CPU time of the VMM's threads that are no vCPU.",
      v2: nil, v1: nil, machine: "sum of schedstat's first field over threads that are no vCPU, vhost included"),
    Declaration(
      metric: .cpuWait, name: "cpu.wait", unit: .nanoseconds, kind: .counter,
      help: "Time in which vCPU threads wanted to run and had to wait, throttling included.",
      v2: nil, v1: nil, machine: "sum of schedstat's second field over vCPU threads",
      container: "second field of /proc/PID/task/*/schedstat of all its threads, while somebody looks at it"),
    Declaration(
      metric: .cpuPeriods, name: "cpu.periods", unit: .count, kind: .counter,
      help: "Enforcement periods of the CPU limit that have passed.",
      v2: Place("cpu", "cpu.stat", .keyed(StaticKey("nr_periods"))),
      v1: Place("cpu", "cpu.stat", .keyed(StaticKey("nr_periods"))), machine: "its own cgroup's"),
    Declaration(
      metric: .cpuThrottledPeriods, name: "cpu.throttled_periods", unit: .count, kind: .counter,
      help: "Periods in which the CPU limit held the workload back.",
      v2: Place("cpu", "cpu.stat", .keyed(StaticKey("nr_throttled"))),
      v1: Place("cpu", "cpu.stat", .keyed(StaticKey("nr_throttled"))), machine: "its own cgroup's"),
    Declaration(
      metric: .cpuThrottled, name: "cpu.throttled", unit: .nanoseconds, kind: .counter,
      help: "Time that the CPU limit held the workload's CPUs back, added up over CPUs.",
      v2: Place("cpu", "cpu.stat", .keyed(StaticKey("throttled_usec")), scale: 1000),
      v1: Place("cpu", "cpu.stat", .keyed(StaticKey("throttled_time"))), machine: "its own cgroup's"),
    Declaration(
      metric: .cpuLimit, name: "cpu.limit", unit: .microcores, kind: .gauge,
      help: "The smallest CPU limit on the path to the root.",
      v2: nil, v1: nil, machine: "its vCPUs, or its own cgroup's limit where that is smaller",
      container: "the smallest quota ÷ period of cpu.max from its cgroup to the root"
        + ", or the CPUs of cpuset.cpus.effective where they are fewer",
      containerV1: "the smallest cpu.cfs_quota_us ÷ cpu.cfs_period_us from its cgroup to the root"
        + ", or the CPUs of cpuset.effective_cpus where they are fewer"),
    Declaration(
      metric: .cpuCount, name: "cpu.vcpus", unit: .count, kind: .gauge,
      help: "Virtual CPUs of a VM.", v2: nil, v1: nil,
      machine: "-smp of the command line, else what the VMM was configured with, else its vCPUs in /proc/PID/fd"),
  ]

  private static let memory: [Declaration] = [
    Declaration(
      metric: .memoryCurrent, name: "memory.current", unit: .bytes, kind: .gauge,
      help: "Memory charged to the workload, page cache included.",
      v2: Place("memory", "memory.current", .single), v1: Place("memory", "memory.usage_in_bytes", .single),
      machine: "its own cgroup's, else Pss and huge pages of the VMM and its helpers, from /proc/PID/smaps"),
    Declaration(
      metric: .memoryInactiveFile, name: "memory.inactive_file", unit: .bytes, kind: .gauge,
      help: "Page cache that the kernel would drop first.",
      v2: Place("memory", "memory.stat", .keyed(StaticKey("inactive_file"))),
      v1: Place("memory", "memory.stat", .keyed(StaticKey("total_inactive_file"))), machine: nil),
    Declaration(
      metric: .memoryAnon, name: "memory.anon", unit: .bytes, kind: .gauge,
      help: "Anonymous memory: heaps and stacks; for a VM also its guest RAM.",
      v2: Place("memory", "memory.stat", .keyed(StaticKey("anon"))),
      v1: Place("memory", "memory.stat", .keyed(StaticKey("total_rss"))), machine: "RssAnon of /proc/PID/status"),
    Declaration(
      metric: .memoryFile, name: "memory.file", unit: .bytes, kind: .gauge,
      help: "Page cache and shared memory.",
      v2: Place("memory", "memory.stat", .keyed(StaticKey("file"))),
      v1: Place("memory", "memory.stat", .keyed(StaticKey("total_cache"))),
      machine: "RssFile + RssShmem of /proc/PID/status"),
    Declaration(
      metric: .memoryKernel, name: "memory.kernel", unit: .bytes, kind: .gauge,
      help: "Kernel memory held for the workload: slab, stacks, page tables.",
      v2: Place("memory", "memory.stat", .keyed(StaticKey("kernel"))),
      v1: Place("memory", "memory.kmem.usage_in_bytes", .single), machine: "sec_pagetables of its own cgroup v2"),
    Declaration(
      metric: .memoryLimit, name: "memory.limit", unit: .bytes, kind: .gauge,
      help: "The smallest memory limit on the path to the root.",
      v2: nil, v1: Place("memory", "memory.stat", .keyed(StaticKey("hierarchical_memory_limit"))),
      machine: "its own cgroup's",
      container: "the smallest memory.max from its cgroup to the root"),
    Declaration(
      metric: .memoryConfigured, name: "memory.configured", unit: .bytes, kind: .gauge,
      help: "Guest RAM that the VM was given.", v2: nil, v1: nil,
      machine: "-m of the command line, else what the VMM was configured with, else its largest mappings"),
    Declaration(
      metric: .memoryResident, name: "memory.resident", unit: .bytes, kind: .gauge,
      help: "Memory of the VMM process that is in RAM, huge pages included.",
      v2: nil, v1: nil, machine: "resident of /proc/PID/statm + HugetlbPages of /proc/PID/status"),
    Declaration(
      metric: .memoryGuestUsed, name: "memory.guest_used", unit: .bytes, kind: .gauge,
      help: "Memory that the guest says it uses.", v2: nil, v1: nil,
      machine: "total - available as the guest told its balloon, with --qmp"),
    Declaration(
      metric: .memoryKsmSaved, name: "memory.ksm_saved", unit: .bytes, kind: .gauge,
      help: "Memory saved by merging same pages.", v2: nil, v1: nil,
      machine: "ksm_process_profit of /proc/PID/ksm_stat, not below 0"),
    Declaration(
      metric: .memoryOomKills, name: "memory.oom_kills", unit: .count, kind: .counter,
      help: "Processes that the kernel killed for want of memory.",
      v2: Place("memory", "memory.events", .keyed(StaticKey("oom_kill")), isSlow: true),
      v1: Place("memory", "memory.oom_control", .keyed(StaticKey("oom_kill")), isSlow: true),
      machine: "its own cgroup's"),
  ]

  /// What net and tare are made of beyond the charge itself.
  private static let box: [Declaration] = [
    Declaration(
      metric: .memoryGuestResident, name: "memory.guest_resident", unit: .bytes, kind: .gauge,
      help: "Guest RAM that is in the host's RAM, huge pages included.", v2: nil, v1: nil,
      machine: "Rss and hugetlb of the guest's mapping in /proc/PID/smaps of the VMM"),
    Declaration(
      metric: .memoryVmm, name: "memory.vmm", unit: .bytes, kind: .gauge,
      help: "Memory of the VMM itself: all that it maps but guest RAM.", v2: nil, v1: nil,
      machine: "Pss of the other mappings in /proc/PID/smaps of the VMM"),
    Declaration(
      metric: .memoryHelpers, name: "memory.helpers", unit: .bytes, kind: .gauge,
      help: "Memory of helper processes that the workload's charge does not contain: shim, conmon, virtiofsd, swtpm.",
      v2: nil, v1: nil, machine: "Pss of each helper's /proc/PID/smaps_rollup, guest RAM that it maps left out",
      container: "Pss and huge pages of each helper's /proc/PID/smaps_rollup"),
    Declaration(
      metric: .memoryHelpersInside, name: "memory.helpers_inside", unit: .bytes, kind: .gauge,
      help: "Memory of helper processes that is part of the workload's charge: a sandbox's kernel in the same cgroup.",
      v2: nil, v1: nil, machine: "Pss of each helper, what it maps for the application or the guest left out",
      container: "Pss of each helper's /proc/PID/smaps, what it maps for the application left out"),
    Declaration(
      metric: .memoryHelpersResident, name: "memory.helpers_resident", unit: .bytes, kind: .gauge,
      help: "Memory of all helper processes that is in RAM, with all that they share with others: a bound.",
      v2: nil, v1: nil, machine: "resident of each helper's /proc/PID/statm",
      container: "resident of each helper's /proc/PID/statm"),
    Declaration(
      metric: .memoryGuestTotal, name: "memory.guest_total", unit: .bytes, kind: .gauge,
      help: "Memory that the guest's kernel manages.", v2: nil, v1: nil,
      machine: "total as the guest told its balloon, with --qmp"),
    Declaration(
      metric: .memoryGuestFree, name: "memory.guest_free", unit: .bytes, kind: .gauge,
      help: "Memory that the guest uses for nothing.", v2: nil, v1: nil,
      machine: "free as the guest told its balloon, with --qmp"),
    Declaration(
      metric: .memoryBalloon, name: "memory.balloon", unit: .bytes, kind: .gauge,
      help: "Memory that the balloon leaves to the guest.", v2: nil, v1: nil,
      machine: "actual of query-balloon, with --qmp"),
    Declaration(
      metric: .memoryHugetlb, name: "memory.hugetlb", unit: .bytes, kind: .gauge,
      help: "Huge pages of hugetlbfs that a container's charge does not contain.", v2: nil, v1: nil, machine: nil,
      container: "sum of hugetlb.SIZE.current of its cgroup; 0 where memory_hugetlb_accounting charges them",
      containerV1: "sum of hugetlb.SIZE.usage_in_bytes of its cgroup"),
  ]

  private static let swap: [Declaration] = [
    Declaration(
      metric: .memorySwap, name: "memory.swap", unit: .bytes, kind: .gauge,
      help: "Memory of the workload that is in swap.",
      v2: Place("memory", "memory.swap.current", .single),
      v1: Place("memory", "memory.stat", .keyed(StaticKey("total_swap"))),
      machine: "its own cgroup's, else VmSwap of /proc/PID/status"),
    Declaration(
      metric: .memorySwapLimit, name: "memory.swap_limit", unit: .bytes, kind: .gauge,
      help: "The smallest limit of swap on the path to the root.",
      v2: nil, v1: Place("memory", "memory.stat", .keyed(StaticKey("hierarchical_memsw_limit"))),
      machine: "its own cgroup's", container: "the smallest memory.swap.max from its cgroup to the root",
      containerV1: "hierarchical_memsw_limit - hierarchical_memory_limit of memory.stat"),
    Declaration(
      metric: .memoryZswap, name: "memory.zswap", unit: .bytes, kind: .gauge,
      help: "Memory that the workload's compressed swap takes in RAM, a part of its charge.",
      v2: Place("memory", "memory.zswap.current", .single, isSlow: true), v1: nil, machine: "its own cgroup's"),
  ]

  private static let pressure: [Declaration] = [
    stall(.pressureCpuSome, "cpu", "some", StaticKey("some")),
    stall(.pressureMemorySome, "memory", "some", StaticKey("some")),
    stall(.pressureMemoryFull, "memory", "full", StaticKey("full")),
    stall(.pressureIoSome, "io", "some", StaticKey("some")),
  ]

  private static func stall(_ metric: Metric, _ resource: String, _ line: String, _ key: StaticKey) -> Declaration {
    let place = Place("", "\(resource).pressure", .pressure(key))
    return Declaration(
      metric: metric, name: "pressure.\(resource)_\(line)", unit: .microseconds, kind: .counter,
      help: "Time in which \(line == "full" ? "all tasks" : "at least one task") waited for \(resource).",
      v2: place, v1: place, machine: "its own cgroup's")
  }

  private static let traffic: [Declaration] = [
    Declaration(
      metric: .ioRead, name: "io.read", unit: .bytes, kind: .counter, help: "Bytes read from block devices.",
      v2: Place("io", "io.stat", .deviceSum(StaticKey("rbytes"))),
      v1: Place("blkio", "blkio.throttle.io_service_bytes_recursive", .deviceLines(StaticKey("Read"))),
      machine: "its own cgroup's, else read_bytes of /proc/PID/io"),
    Declaration(
      metric: .ioWritten, name: "io.written", unit: .bytes, kind: .counter, help: "Bytes written to block devices.",
      v2: Place("io", "io.stat", .deviceSum(StaticKey("wbytes"))),
      v1: Place("blkio", "blkio.throttle.io_service_bytes_recursive", .deviceLines(StaticKey("Write"))),
      machine: "its own cgroup's, else write_bytes of /proc/PID/io"),
    Declaration(
      metric: .ioReads, name: "io.reads", unit: .count, kind: .counter, help: "Reads that block devices have done.",
      v2: Place("io", "io.stat", .deviceSum(StaticKey("rios"))),
      v1: Place("blkio", "blkio.throttle.io_serviced_recursive", .deviceLines(StaticKey("Read"))),
      machine: "its own cgroup's"),
    Declaration(
      metric: .ioWrites, name: "io.writes", unit: .count, kind: .counter, help: "Writes that block devices have done.",
      v2: Place("io", "io.stat", .deviceSum(StaticKey("wios"))),
      v1: Place("blkio", "blkio.throttle.io_serviced_recursive", .deviceLines(StaticKey("Write"))),
      machine: "its own cgroup's"),
    Declaration(
      metric: .networkReceived, name: "network.received", unit: .bytes, kind: .counter,
      help: "Bytes received by all interfaces of the workload's network namespace but lo; for a VM by its taps.",
      v2: nil, v1: nil, machine: "bytes that its tap devices sent, /proc/net/dev",
      container: "received bytes of all interfaces but lo in /proc/PID/net/dev"),
    Declaration(
      metric: .networkSent, name: "network.sent", unit: .bytes, kind: .counter,
      help: "Bytes sent by all interfaces of the workload's network namespace but lo; for a VM by its taps.",
      v2: nil, v1: nil, machine: "bytes that its tap devices received, /proc/net/dev",
      container: "sent bytes of all interfaces but lo in /proc/PID/net/dev"),
  ]

  private static let helpers: [Declaration] = [
    Declaration(
      metric: .cpuHelpers, name: "cpu.helpers", unit: .nanoseconds, kind: .counter,
      help: "CPU time of helper processes that the workload's own does not contain: shim, conmon, virtiofsd, swtpm.",
      v2: nil, v1: nil, machine: "utime + stime of each helper's /proc/PID/stat",
      container: "utime + stime of each helper's /proc/PID/stat"),
    Declaration(
      metric: .cpuHelpersInside, name: "cpu.helpers_inside", unit: .nanoseconds, kind: .counter,
      help: "CPU time of helper processes that is part of the workload's own: a sandbox's kernel in the same cgroup.",
      v2: nil, v1: nil, machine: "utime + stime of each helper's /proc/PID/stat",
      container: "utime + stime of each helper's /proc/PID/stat"),
  ]

  private static let processes: [Declaration] = [
    Declaration(
      metric: .processCount, name: "processes.count", unit: .count, kind: .gauge,
      help: "Tasks in the cgroup, threads included.",
      v2: Place("pids", "pids.current", .single), v1: Place("pids", "pids.current", .single),
      machine: "its own cgroup's"),
    Declaration(
      metric: .processLimit, name: "processes.limit", unit: .count, kind: .gauge,
      help: "The smallest limit of tasks on the path to the root.", v2: nil, v1: nil, machine: "its own cgroup's",
      container: "the smallest pids.max from its cgroup to the root"),
  ]
}
