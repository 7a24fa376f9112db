extension Figure {
  public static let processCount = gauge(
    "processes.count", .count, "tasks", .processCount,
    others: .tools([
      "docker stats": "PIDS: the same, threads count",
      "systemd-cgtop": "Tasks: the same; with -P or -k processes alone",
      "docker top": "processes, without their threads",
    ]))

  static let pressure: [Figure] = [
    stall("cpu_some_percent", "CPU stall", .pressureCpuSome),
    stall("memory_some_percent", "memory stall", .pressureMemorySome),
    stall("memory_full_percent", "all stalled", .pressureMemoryFull),
    stall("io_some_percent", "disk stall", .pressureIoSome),
  ]

  static let io: [Figure] = [
    rate("io.read_bytes_per_second", "read", .ioRead, others: disks),
    rate("io.written_bytes_per_second", "written", .ioWritten, others: disks),
    rate("io.reads_per_second", "reads", .ioReads, .perSecond, others: requests),
    rate("io.writes_per_second", "writes", .ioWrites, .perSecond, others: requests),
  ]

  static let network: [Figure] = [
    rate("network.received_bytes_per_second", "received", .networkReceived, others: interfaces),
    rate("network.sent_bytes_per_second", "sent", .networkSent, others: interfaces),
  ]

  static let processes: [Figure] = [
    processCount,
    gauge(
      "processes.limit", .count, "task limit", .processLimit,
      others: .tools([
        "docker inspect": "PidsLimit: the container's own, not that of the slice or pod above it",
        "systemctl show": "TasksMax: the unit's own",
      ])),
  ]

  /// Growth of a number of microseconds, percent of the time.
  private static func stall(_ field: String, _ label: String, _ metric: Metric) -> Figure {
    Figure(
      "pressure.\(field)", .percent, label, "growth of \(metric.declaration.name) ÷ time between the two reads",
      inputs: [metric],
      others: .tools([
        "the file itself":
          "avg10, avg60, avg300: means that fade over so many seconds; here it is the time between two reads",
        "htop": "those means of the whole machine",
      ])
    ) {
      // The two clocks differ by a little: nothing stands still for longer than the time itself.
      $0.perSecond(metric).map { min(100, $0 / 1e4) }
    }
  }

  private static let disks = Others.tools([
    "docker stats": "BLOCK I/O: the sum since the container began, no rate",
    "systemd-cgtop": "Input/s, Output/s: the same; on cgroup v1 of another file, blkio.io_service_bytes",
    "iotop": "each process alone",
    "virt-top":
      "requests, or with --block-in-bytes what the guest asked its disks for: what the host's cache answered too",
  ])

  private static let requests = Others.tools([
    "docker stats": "nothing: BLOCK I/O is bytes alone",
    "iostat": "r/s, w/s: of each device, whoever asked it",
    "virt-top": "RDRQ, WRRQ: what the guest asked its disks for: what the host's cache answered too",
  ])

  private static let interfaces = Others.tools([
    "docker stats": "NET I/O: the sum since the container began, no rate",
    "kubectl": "nothing; the kubelet has the sums of a pod, whose containers share a network",
    "iftop on the host": "the other end: what a veth or tap received is what the workload sent",
    "virt-top": "received and sent as here: as the guest sees it",
  ])
}
