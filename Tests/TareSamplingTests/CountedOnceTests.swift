import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// What the kernel lists at two places is counted once.
struct CountedOnceTests {
  // MARK: Disks

  private func traffic(_ ioStat: String, _ change: (FakeHost) throws -> Void) throws -> DeviceTraffic {
    let host = try FakeHost(.v2)
    for (name, number) in [("sda", "8:0"), ("sdb", "8:16"), ("dm-0", "253:0"), ("dm-1", "253:1"), ("md0", "9:0")] {
      try host.file("/sys/class/block/\(name)/dev", "\(number)\n")
    }
    try host.file("/sys/class/block/sda2/dev", "8:2\n")
    try change(host)
    return try DeviceTraffic(ioStat: Array(ioStat.utf8).span, BlockDevices(try host.root()))
  }

  @Test func `a mapped device is not added to the disk that it is made over`() throws {
    let sum = try traffic("253:0 rbytes=100 wbytes=10 rios=1 wios=1\n8:0 rbytes=100 wbytes=10 rios=1 wios=1\n") {
      host in
      try host.folder.makeFolder("/sys/dev/block/253:0/slaves/sda")
    }
    #expect((sum.read, sum.written) == (100, 10))
  }

  @Test func `one over another over two disks is none of them`() throws {
    let text = ["253:1", "9:0", "8:0", "8:16"].map { "\($0) rbytes=50 wbytes=7\n" }.joined()
    let sum = try traffic(text) { host in
      try host.folder.makeFolder("/sys/dev/block/253:1/slaves/md0")
      try host.folder.makeFolder("/sys/dev/block/9:0/slaves/sda")
      try host.folder.makeFolder("/sys/dev/block/9:0/slaves/sdb")
    }
    #expect((sum.read, sum.written) == (100, 14))
  }

  @Test func `one over a partition is over its disk, also where what lies between is not listed`() throws {
    let sum = try traffic("253:1 rbytes=5 wbytes=6\n8:0 rbytes=5 wbytes=6\n") { host in
      try host.folder.makeFolder("/sys/dev/block/253:1/slaves/dm-0")
      try host.folder.makeFolder("/sys/dev/block/253:0/slaves/sda2")
      try host.folder.remove("/sys/class/block/sda2")
      try host.folder.link("/sys/class/block/sda2", to: "../../devices/pci/block/sda/sda2")
      try host.file("/sys/devices/pci/block/sda/sda2/partition", "2\n")
      try host.file("/sys/devices/pci/block/sda/sda2/dev", "8:2\n")
    }
    #expect((sum.read, sum.written) == (5, 6))
  }

  @Test func `a mapped device whose disk is not listed counts, and so do two disks`() throws {
    let sum = try traffic("253:0 rbytes=5 wbytes=6\n8:16 rbytes=1 wbytes=2\n") { host in
      try host.folder.makeFolder("/sys/dev/block/253:0/slaves/sda")
    }
    #expect((sum.read, sum.written) == (6, 8))
  }

  @Test func `cgroup v1 lists the same twice, too`() throws {
    let host = try FakeHost(.v1)
    try host.file("/sys/class/block/sda/dev", "8:0\n")
    try host.folder.makeFolder("/sys/dev/block/253:0/slaves/sda")
    let text = "253:0 Read 100\n253:0 Write 10\n253:0 Total 110\n8:0 Read 100\n8:0 Write 10\n8:0 Total 110\nTotal 220\n"
    let sum = try DeviceTraffic(blkio: Array(text.utf8).span, BlockDevices(try host.root()))
    #expect((sum.read, sum.written) == (100, 10))
  }

  // MARK: Interfaces

  @Test(
    arguments: [
      (["eth0", "tun0"], ["eth0"]), (["eth0", "wg0", "docker0", "veth12"], ["eth0"]), (["tap0"], ["tap0"]),
      (["tap0", "wg0"], ["tap0"]), (["eth0", "eth1"], ["eth0", "eth1"]),
      (["bond0", "eth0", "eth1"], ["eth0", "eth1"]),
      (["eth0", "eth0.100"], ["eth0"]), (["tunl0", "ip_vti0", "eth0"], ["eth0"]), (["wg0"], ["wg0"]), ([], []),
    ] as [([String], [String])])
  func `by their names, those that traffic passes on its way out`(names: [String], counted: [String]) {
    #expect(BoundaryInterfaces.choose(among: names, nil) == Set(counted))
  }

  @Test func `what the kernel says of an interface counts more than its name`() {
    let links = [
      NetworkLink(name: "wan", kind: ""), NetworkLink(name: "office", kind: "wireguard"),
      NetworkLink(name: "a", kind: "veth", isOverAnother: true),
      NetworkLink(name: "b", kind: "veth", isOverAnother: true),
      NetworkLink(name: "tunnel-shop", kind: "veth"), NetworkLink(name: "data", kind: "vlan", isOverAnother: true),
      NetworkLink(name: "veth9", kind: "veth", isPort: true), NetworkLink(name: "br0", kind: "bridge"),
    ]
    #expect(BoundaryInterfaces.choose(among: links.map(\.name), links) == ["wan", "tunnel-shop"])
    let pair = [
      NetworkLink(name: "va", kind: "veth", isOverAnother: true),
      NetworkLink(name: "vb", kind: "veth", isOverAnother: true),
    ]
    #expect(BoundaryInterfaces.choose(among: ["va", "vb"], pair).isEmpty)
    let pasta = [NetworkLink(name: "enp3s0", kind: "tun"), NetworkLink(name: "wg0", kind: "wireguard")]
    #expect(BoundaryInterfaces.choose(among: ["enp3s0", "wg0"], pasta) == ["enp3s0"])
  }

  @Test func `the kernel is asked for the interfaces of a process's own namespace`() throws {
    guard let links = NetworkLink.all(inNamespaceOf: 1) else { return }
    #expect(links.contains { $0.name == "lo" && !$0.isOverAnother })
  }

  // MARK: Namespaces

  private func received(_ host: FakeHost) throws -> [String: FigureValue] {
    let frame = try host.frame()
    let figure = try #require(Figure.named("network.received_bytes_per_second"))
    return Dictionary(
      uniqueKeysWithValues: frame.current.workloads.indices.map {
        (frame.current.workloads[$0].name, frame.value(figure, row: $0))
      })
  }

  @Test func `the bytes of a namespace that two share are those of the one that was there first`() throws {
    let host = try FakeHost(.v2)
    try host.runc("late", pid: 100, start: 60_000)
    try host.runc("early", pid: 200, start: 50_000)
    try host.runc("other", pid: 300)
    try host.folder.remove("/proc/100/ns/net")
    try host.folder.link("/proc/100/ns/net", to: "net:[200]")
    for (index, pid) in [Int32(100), 200, 300].enumerated() {
      try host.cgroup(["/late", "/early", "/other"][index], Usage(cpu: 1_100_000), at: 1)
      try host.network(of: pid, received: 6000, sent: 500, at: 1)
    }
    let rates = try received(host)
    #expect(rates == ["late": .missing(.sharedNetwork), "early": .number(5000), "other": .number(5000)])
  }

  // MARK: Taps

  @Test func `a VM whose tap is in a container's namespace is read there, and one without its tap is unknown`() throws {
    let host = try FakeHost(.v2)
    let net = "-netdev tap,id=n,ifname=tap7,script=no -device virtio-net,netdev=n"
    try host.qemu(500, ["-name", "in", "-m", "64"] + net.split(separator: " ").map(String.init))
    try host.qemu(600, ["-name", "none", "-m", "64"] + net.split(separator: " ").map(String.init))
    for pid in [Int32(500), 600] { try host.descriptor(11, of: pid, "/dev/net/tun", info: "iff:\ttap7\n") }
    let head = "Inter-|\n face |\n"
    for (instant, bytes) in [1000, 3000].enumerated() {
      try host.file("/proc/net/dev", head + "eth0: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n", at: instant)
      try host.file("/proc/500/net/dev", head + "tap7: 1 1 0 0 0 0 0 0 \(bytes) 1 0 0 0 0 0 0\n", at: instant)
    }
    let rates = try received(host)
    #expect(rates == ["in": .number(2000), "none": .missing(.notReported)])
  }
}

/// Huge pages of hugetlbfs that a container holds: no charge contains them.
struct HugePageTests {
  private func frame(free: Int = 4, mounted options: String = "rw", _ mode: FakeHost.Mode = .v2, writes: Bool = true)
    throws -> Frame
  {
    let host = try FakeHost(mode)
    try host.runc("web", pid: 100)
    for (size, all, free) in [("2048", 20, free), ("1048576", 0, 0)] {
      try host.file("/sys/kernel/mm/hugepages/hugepages-\(size)kB/nr_hugepages", "\(all)\n")
      try host.file("/sys/kernel/mm/hugepages/hugepages-\(size)kB/free_hugepages", "\(free)\n")
    }
    if writes {
      for (size, bytes) in [("2MB", 32 << 20), ("1GB", 0)] {
        try host.file("/sys/fs/cgroup/web/hugetlb.\(size).current", "\(bytes)\n")
      }
    }
    if options != "rw" {
      try host.file("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,\(options)\n")
    }
    return try host.frame()
  }

  @Test func `they are a figure of their own, and in what the host pays`() throws {
    let frame = try frame()
    #expect(frame.value(.memoryHugetlb, row: 0) == .integer(32 << 20))
    #expect(frame.value(.memoryCurrent, row: 0) == .integer(50 << 20))
    #expect(frame.value(.memoryGross, row: 0) == .integer(82 << 20))
    #expect(frame.value(.memoryNet, row: 0) == .integer(82 << 20))
    #expect(frame.heldMemory(row: 0).number == Double((40 + 32) << 20))
  }

  @Test func `none are in use where all are free, and none beside the charge where they are charged`() throws {
    #expect(try frame(free: 20, writes: false).value(.memoryHugetlb, row: 0) == .integer(0))
    #expect(try frame(mounted: "memory_hugetlb_accounting").value(.memoryHugetlb, row: 0) == .integer(0))
  }

  @Test func `what VMs hold is no container's`() throws {
    let host = try FakeHost()
    try host.runc("web", pid: 100)
    try host.qemu(500, ["-name", "db", "-m", "64"])
    let folder = "/sys/kernel/mm/hugepages/hugepages-2048kB"
    try host.file("\(folder)/nr_hugepages", "20\n")
    // Its status says 2,048 kB.
    try host.file("\(folder)/free_hugepages", "19\n")
    let frame = try host.frame()
    let web = try #require(frame.current.workloads.firstIndex { $0.name == "web" })
    #expect(frame.value(.memoryHugetlb, row: web) == .integer(0))
  }

  @Test func `without the controller nobody knows whose they are, and gross is a bound`() throws {
    let frame = try frame(writes: false)
    #expect(frame.value(.memoryHugetlb, row: 0) == .missing(.noController))
    #expect(frame.pair(0).memoryWeight.grossAtLeast == Double(50 << 20))
    #expect(frame.pair(0).memoryWeight.gross == nil)
  }

  @Test(
    arguments: [("hugepages-2048kB", "2MB"), ("hugepages-1048576kB", "1GB"), ("hugepages-64kB", "64KB"), ("x", nil)]
      as [(String, String?)])
  func `sizes are called as the controller's files call them`(entry: String, name: String?) {
    #expect(HugePages.name(entry)?.text == name)
  }
}
