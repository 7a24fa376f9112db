extension Figure {
  public static let cpuUsage = cpuShare(
    "usage_percent", "CPU", .cpuUsage,
    others: .tools([
      "docker stats":
        "the same counter and 100 for one core, but divided by the machine's CPU time of /proc/stat, which is counted in ticks",
      "podman stats":
        "the same; its first line, and --no-stream, is the mean since the container started",
      "kubectl top":
        "the same counter in thousandths of a core, as a mean over the time between two looks of the kubelet",
      "systemd-cgtop": "the same, 100 for one core",
      "htop": "each process alone, 100 for one core; what ended between two looks is lost",
      "virt-top": "a VM's percent of the whole machine: divided by the number of CPUs",
    ]))
  public static let cpuWait = cpuShare(
    "wait_percent", "waiting", .cpuWait,
    others: .tools([
      "top in the guest":
        "st: the same time as the guest's clock tells it, as a share of all its CPUs; 0 where nobody tells it",
      "pidstat": "%wait: the same of one thread",
    ]))
  public static let throttled = Figure(
    "cpu.throttled_percent", .percent, "throttled",
    "throttled periods ÷ periods of the window; not applicable without a limit",
    inputs: [.cpuPeriods, .cpuThrottledPeriods],
    others: .tools([
      "cAdvisor":
        "both counters since the container began, container_cpu_cfs_periods_total and …_throttled_periods_total: to be divided by hand",
      "docker stats": "nothing; the engine's API has both counters",
    ])
  ) { pair in
    // Without a limit of its own no period ever starts.
    if pair.now(.cpuPeriods) == .value(0) { return .missing(.notApplicable) }
    switch (pair.growth(.cpuThrottledPeriods), pair.growth(.cpuPeriods)) {
    case (.value(let held), .value(let periods)):
      if held > periods { return .missing(.inconsistent) }
      return .number(periods == 0 ? 0 : Double(held) * 100 / Double(periods))
    case (.missing(let reason), _), (_, .missing(let reason)): return .missing(reason)
    case (.unlimited, _), (_, .unlimited): return .missing(.notApplicable)
    }
  }

  static let cpu: [Figure] = [
    cpuUsage,
    cpuShare("user_percent", "user", .cpuUser, others: modes),
    cpuShare("system_percent", "system", .cpuSystem, others: modes),
    cpuShare(
      "guest_percent", "guest", .cpuGuest,
      others: .tools([
        "pidstat": "%guest: the same counter, which the kernel keeps in ticks",
        "htop": "nothing by process: guest time is part of a VMM's user time",
        "virt-top": "a VM's whole CPU time, that of its VMM too",
      ])),
    cpuShare(
      "emulator_percent", "emulator", .cpuEmulator,
      others: .tools(["top -H": "each thread alone: those that are no vCPU have to be added up by hand"])),
    cpuWait, throttled,
    total(
      "cpu.throttled_seconds_total", "held back", .cpuThrottled,
      others: .tools(["cAdvisor": "container_cpu_cfs_throttled_seconds_total: the same"])),
    cpuLimit,
    gauge(
      "cpu.vcpus", .count, "vCPUs", .cpuCount,
      others: .tools([
        "virsh vcpucount": "the same for a VM of libvirt", "nproc in the guest": "those that are online there",
      ])
    ),
    total(
      "cpu.usage_seconds_total", "CPU in all", .cpuUsage,
      others: .tools([
        "systemd-cgtop --cpu=time": "the same",
        "cAdvisor": "container_cpu_usage_seconds_total: the same",
        "htop": "TIME+ of each process alone",
        "virsh dominfo": "CPU time: user and system time of the VMM, in ticks",
      ])),
    cpuShare(
      "helpers_percent", "helpers' CPU", .cpuHelpers,
      others: .none("No other tool adds a workload's helpers up: htop shows each shim and each virtiofsd by itself.")),
  ]

  private static let cpuLimit = Figure(
    "cpu.limit_cores", .cores, "CPU limit", "the smallest limit on the path to the root, in cores",
    inputs: [.cpuLimit],
    others: .tools([
      "docker inspect": "NanoCpus or CpuQuota: the container's own limit, not that of the slice or pod above it",
      "kubectl describe": "limits.cpu of each container alone",
    ])
  ) {
    FigureValue($0.now(.cpuLimit)).map { $0 / 1e6 }
  }

  private static let modes = Others.tools([
    "htop": "of each process alone; a VMM's user time contains its guest's",
    "pidstat": "%usr and %system of each process alone, %usr without the guest, as here",
    "docker stats": "only the sum of both",
  ])
}
