import KernelStats
import TareModel
import Testing

/// Every parser with text as a real kernel wrote it (Linux 6.18, cgroup v1 and v2), for the tests that all must pass.
struct FormatCase: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let parse: @Sendable ([UInt8]) throws -> Void

  var bytes: [UInt8] { Array(text.utf8) }
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ parse: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.text = text
    self.parse = parse
  }

  static let all: [FormatCase] = [
    FormatCase("stat of a process", Captured.processStat) { _ = try ProcessStat($0.span) },
    FormatCase("schedstat", "1674829 25772086 3\n") { _ = try SchedStat($0.span) },
    FormatCase("statm", "765 398 370 5 0 123 0\n") { _ = try residentPages(statm: $0.span) },
    FormatCase("status of a process", Captured.status) { _ = try ProcessStatus($0.span) },
    FormatCase("smaps_rollup", Captured.smapsRollup) { _ = try proportionalShare(smapsRollup: $0.span) },
    FormatCase("smaps", Captured.smaps) { _ = try MemoryMapping.all(smaps: $0.span) },
    FormatCase("io of a process", Captured.io) { _ = try blockTraffic(processIO: $0.span) },
    FormatCase("ksm_stat", Captured.ksmStat) { _ = ksmProfit(ksmStat: $0.span) },
    FormatCase("pressure", Captured.pressure) { _ = try Pressure($0.span) },
    FormatCase("stat of the host", Captured.stat) { _ = try CpuTicks($0.span) },
    FormatCase("meminfo", Captured.meminfo) { _ = try MemoryInfo($0.span) },
    FormatCase("net/dev", Captured.netDev) { _ = try NetworkInterface.list($0.span) },
    FormatCase("net/tcp", Captured.netTcp) { _ = try ListeningSockets($0.span) },
    FormatCase("io.stat", Captured.ioStat) { _ = try DeviceTraffic(ioStat: $0.span) },
    FormatCase("blkio", Captured.blkio) { _ = try DeviceTraffic(blkio: $0.span) },
    FormatCase("cgroup of a process", Captured.cgroupHybrid) { _ = try CgroupMembership($0.span) },
    FormatCase("mountinfo", Captured.mountinfo) { _ = try CgroupLayout(mountinfo: $0.span) },
    FormatCase("keys", Captured.memoryEvents) { bytes in
      let table = KeyTable([(StaticKey("oom_kill"), 0, 1), (StaticKey("max"), 1, 1)])
      try table.read(bytes.span) { _, _ in }
    },
    FormatCase("limit", "max\n") { bytes in
      var cursor = Cursor()
      _ = try cursor.limit(bytes.span)
    },
  ]
}

enum Captured {
  static let processStat =
    "8321 (cat) R 8318 8318 28146 0 -1 4194304 97 0 0 0 11 22 0 0 20 0 3 0 345205 3133440 370 18446744073709551615 "
    + "94219083411456 94219083431337 140729685191344 0 0 0 0 0 0 0 0 0 17 0 0 0 0 7 0 94219083447344 94219083448960 "
    + "94219407880192 140729685199529 140729685199587 140729685199587 140729685200875 0\n"
  static let status = """
    Name:\tcat
    Umask:\t0022
    State:\tR (running)
    Tgid:\t8324
    PPid:\t8318
    Uid:\t1000\t1001\t1002\t1003
    Gid:\t0\t0\t0\t0
    Groups:\t
    VmRSS:\t    1592 kB
    RssAnon:\t     112 kB
    RssFile:\t    1480 kB
    RssShmem:\t       8 kB
    VmData:\t     360 kB
    HugetlbPages:\t    4096 kB
    Threads:\t1

    """
  static let smapsRollup = """
    5567047a0000-7ffd5190d000 ---p 00000000 00:00 0                          [rollup]
    Rss:                1776 kB
    Pss:                 157 kB
    Pss_Dirty:           112 kB
    Pss_Anon:            112 kB

    """
  static let smaps = """
    5567047a0000-5567047a4000 r-xp 00001000 fd:01 1835009                    /usr/bin/busy box
    Size:                 16 kB
    KernelPageSize:        4 kB
    Rss:                  16 kB
    Pss:                   8 kB
    Private_Hugetlb:       0 kB
    VmFlags: rd ex mr mw me
    55670535d000-55670537e000 rw-p 00000000 00:00 0                          [heap]
    Rss:                 132 kB
    Pss:                 132 kB
    Shared_Hugetlb:     2048 kB
    Private_Hugetlb:    4096 kB
    7f0b2c000000-7f0b30000000 rw-s 00000000 00:01 27                         /memfd:pc.ram (deleted)
    Rss:               65536 kB
    Pss:               32768 kB

    """
  static let io = """
    rchar: 6976
    wchar: 12
    syscr: 10
    syscw: 0
    read_bytes: 4096
    write_bytes: 8192
    cancelled_write_bytes: 0

    """
  static let ksmStat =
    "ksm_rmap_items 5\nksm_zero_pages 0\nksm_merging_pages 2\nksm_process_profit 8128\nksm_merge_any: no\n"
  static let pressure =
    "some avg10=1.20 avg60=0.30 avg300=0.00 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=789\n"
  static let stat = """
    cpu  234422 4415 28306 418355 3192 0 457 629 15684 16
    cpu0 118451 2094 13072 210556 715 0 58 309 6855 0
    cpu1 115970 2320 15234 207798 2477 0 399 319 8829 0
    intr 2665452 0 0 0

    """
  static let meminfo = """
    MemTotal:       24684084 kB
    MemFree:        21755808 kB
    MemAvailable:   23022632 kB
    Buffers:           35772 kB

    """
  static let netDev = """
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
        lo:    3425      37    0    0    0     0          0         0     3425      37    0    0    0     0       0          0
      ifb0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
      eth0: 356028679    7182    0    0    0     0          0         0   310976    4126    0    0    0     0       0          0
      eth1:1000 7182 0 0 0 0 0 0 24 4126 0 0 0 0 0 0

    """
  static let netTcp = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1664 1 00000000b20d6090 100 0 0 10 0
       1: 0100007F:1FA3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 294274 1 00000000d57b0775 100 0 0 10 0
       2: 0100007F:1FA3 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 294275 1 00000000d57b0776 20 4 30 10 -1

    """
  static let ioStat = """
    254:0 rbytes=1298432 wbytes=4096 rios=60 wios=1 dbytes=77 dios=1
    8:0
    7:1 rbytes=100 wbytes=0 rios=1 wios=0 dbytes=0 dios=0 cost.vrate=100.00

    """
  static let blkio = """
    254:0 Read 1298432
    254:0 Write 4096
    254:0 Sync 1302528
    254:0 Async 0
    254:0 Discard 55
    254:0 Total 1302528
    8:0 Read 100
    8:0 Write 4
    Total 1302632

    """
  static let cgroupHybrid = """
    9:name=systemd:/
    8:pids:/docker/abc
    4:memory:/a/path:with:colons
    2:cpuacct,cpu:/x
    0::/system.slice/foo.service (deleted)

    """
  static let mountinfo = """
    22 27 0:21 / /proc rw,relatime - proc proc rw
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
    35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
    40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
    41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:1 master:2 - cgroup2 cgroup2 rw

    """
  static let memoryEvents = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"
}
