extension Figure {
  public static let memoryCurrent = gauge(
    "memory.current_bytes", .bytes, "charged", .memoryCurrent,
    others: .tools([
      "systemd-cgtop": "the same: page cache is in it",
      "docker stats": "less the page cache that would be dropped first: here that is the working set",
      "htop":
        "RES of each process: memory that several share counts in each of them, page cache only as far as it is mapped",
      "virsh dommemstat": "rss: the VMM's resident memory, without huge pages and helpers",
      "free in the guest": "what the guest uses of its RAM; of what the host holds for it the guest knows nothing",
    ]))
  public static let workingSet = Figure(
    "memory.working_set_bytes", .bytes, "working set",
    "current - inactive_file: what docker stats and the kubelet show",
    inputs: [.memoryCurrent, .memoryInactiveFile],
    others: .tools([
      "docker stats": "MEM USAGE: the same",
      "kubectl top": "the same, as the kubelet reads it every few seconds",
      "podman stats": "the same since 2025; before that anonymous memory alone on cgroup v2",
      "systemd-cgtop": "more: all page cache is in it",
      "htop":
        "RES of each process: memory that several share counts in each of them, page cache only as far as it is mapped, kernel memory not at all",
    ])
  ) { pair in
    guard pair.workload.kind != .vm else { return .missing(.notApplicable) }
    switch (pair.now(.memoryCurrent), pair.now(.memoryInactiveFile)) {
    // The kernel brings the charge and its classes up to date at different times.
    case (.value(let current), .value(let inactive)):
      return current >= inactive ? .integer(current - inactive) : .missing(.inconsistent)
    case (.missing(let reason), _), (_, .missing(let reason)): return .missing(reason)
    case (.unlimited, _), (_, .unlimited): return .missing(.malformed)
    }
  }
  public static let memoryLimit = gauge(
    "memory.limit_bytes", .bytes, "memory limit", .memoryLimit,
    others: .tools([
      "docker stats":
        "LIMIT: the container's own, not that of the slice or pod above it; without one the machine's memory",
      "kubectl describe": "limits.memory of each container alone",
    ]))
  public static let memoryConfigured = gauge(
    "memory.configured_bytes", .bytes, "RAM given", .memoryConfigured,
    others: .tools([
      "virsh dominfo": "Max memory: the same",
      "virt-top": "%MEM: what the balloon leaves of it, used or not, as a share of the machine's memory",
      "free in the guest": "total: less, because the guest's kernel keeps some for itself from the start",
    ]))
  public static let memoryResident = gauge(
    "memory.resident_bytes", .bytes, "resident", .memoryResident,
    others: .tools([
      "htop": "RES: the same without huge pages of hugetlbfs",
      "virsh dommemstat": "rss: the same without huge pages of hugetlbfs",
    ]))
  public static let memoryGuestResident = gauge(
    "memory.guest_resident_bytes", .bytes, "guest RAM", .memoryGuestResident,
    others: .tools(["htop": "RES: guest RAM and VMM in one", "virsh dommemstat": "rss: guest RAM and VMM in one"]))

  static let memory: [Figure] = [
    memoryCurrent, workingSet, anonymous, fileCache, kernel, memoryLimit, memoryConfigured, memoryResident, guestUsed,
    saved, kills, memoryGuestResident,
    gauge(
      "memory.vmm_bytes", .bytes, "VMM", .memoryVmm,
      others: .none("No other tool tells a VMM's own memory from its guest's: pmap lists the mappings, unsorted.")),
    gauge(
      "memory.helpers_bytes", .bytes, "helpers", .memoryHelpers,
      others: .none("No other tool adds a workload's helpers up: smem and htop show each process by itself.")),
    gauge(
      "memory.balloon_bytes", .bytes, "balloon", .memoryBalloon, .reported,
      others: .tools([
        "virsh dommemstat": "actual: the same", "virt-top": "the same, as a share of the machine's memory",
      ])),
    memoryHugetlb, swap, swapLimit, zswap,
  ]

  public static let swap = gauge(
    "memory.swap_bytes", .bytes, "swap", .memorySwap,
    others: .tools([
      "docker stats": "nothing: swap is in no column",
      "htop": "SWAP of each process: without what no process maps",
      "free": "used: of the whole machine",
      "systemctl status": "Memory: swap: the same of a unit",
    ]))
  private static let swapLimit = gauge(
    "memory.swap_limit_bytes", .bytes, "swap limit", .memorySwapLimit,
    others: .tools([
      "docker inspect": "MemorySwap: memory and swap together, the container's own",
      "systemctl show": "MemorySwapMax: the unit's own",
    ]))
  private static let zswap = gauge(
    "memory.zswap_bytes", .bytes, "zswap", .memoryZswap,
    others: .tools([
      "/proc/meminfo": "Zswap: of the whole machine", "systemctl status": "Memory: zswap: the same of a unit",
    ]))

  public static let memoryHugetlb = gauge(
    "memory.hugetlb_bytes", .bytes, "huge pages", .memoryHugetlb,
    others: .tools([
      "docker stats": "nothing: huge pages of hugetlbfs are in no MEM USAGE",
      "kubectl describe": "limits.hugepages-2Mi: what may be used, not what is",
      "free": "used: all huge pages that are set aside, used or not",
    ]))
  private static let anonymous = gauge(
    "memory.anon_bytes", .bytes, "anonymous", .memoryAnon,
    others: .tools([
      "cAdvisor": "container_memory_rss: the same",
      "podman stats": "until 2025 its MEM USAGE on cgroup v2",
      "htop": "RES of each process: with the files that it maps",
    ]))
  private static let fileCache = gauge(
    "memory.file_bytes", .bytes, "file cache", .memoryFile,
    others: .tools([
      "cAdvisor": "container_memory_cache: the same",
      "free": "buff/cache of the whole machine",
      "docker stats": "left out as far as it is inactive",
    ]))
  private static let kernel = gauge(
    "memory.kernel_bytes", .bytes, "kernel", .memoryKernel,
    others: .tools([
      "slabtop": "slab of the whole machine, whoever caused it",
      "docker stats": "part of MEM USAGE, not shown by itself",
      "htop": "nothing: kernel memory belongs to no process",
    ]))
  private static let guestUsed = gauge(
    "memory.guest_used_bytes", .bytes, "guest used", .memoryGuestUsed, .reported,
    others: .tools([
      "free in the guest": "used: the same since procps 4; before that total - free - buffers - cache",
      "virsh dommemstat": "its available - usable: the same, as the guest told it last",
      "virt-top": "nothing: its %MEM is what the balloon leaves to the guest",
    ]))
  private static let saved = gauge(
    "memory.ksm_saved_bytes", .bytes, "KSM saved", .memoryKsmSaved,
    others: .tools(["/sys/kernel/mm/ksm": "pages_sharing: of the whole machine, what KSM itself costs not taken off"]))
  private static let kills = gauge(
    "memory.oom_kills_total", .count, "OOM kills", .memoryOomKills,
    others: .tools([
      "docker inspect": "OOMKilled: yes or no",
      "kubectl describe": "reason OOMKilled of a container's last end: not where only a child process was killed",
      "dmesg": "each kill of the whole machine, while its buffer lasts",
    ]))
}
