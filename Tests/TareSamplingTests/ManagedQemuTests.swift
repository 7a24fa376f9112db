import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// QEMU with its managers: libvirt and Proxmox VE.
struct ManagedQemuTests {
  private static let uuid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0"
  private static let domain = [
    "-name", "guest=web,debug-threads=on", "-uuid", uuid, "-m", "192", "-chardev",
    "socket,id=charmonitor,fd=32,server=on,wait=off",
  ]

  // MARK: libvirt

  @Test func `a domain is known by its number, and its group is above those of its threads`() throws {
    let host = try FakeHost(.hybrid)
    let group = "/machine/qemu-1-web.libvirt-qemu"
    // As libvirt 9.0 does without systemd.
    let membership =
      "9:name=systemd:/\n8:pids:/\n7:blkio:\(group)\n4:memory:\(group)\n3:cpuset:\(group)/emulator\n2:cpuacct:/\n"
      + "1:cpu:\(group)/emulator\n0::\(group)/emulator\n"
    try host.qemu(700, Self.domain, cgroup: membership, user: 64055)
    try host.cgroup(group)
    let sample = try #require(try host.samples().first)
    #expect(sample.workloads.map(\.id) == ["libvirt:\(Self.uuid)"])
    #expect(sample.workloads[0].name == "web" && sample.workloads[0].runtime == .libvirt)
    #expect(sample.workloads[0].cgroup == group)
    #expect(sample[0, .memoryCurrent] == .value(50 << 20 + 2 << 20))
    // In the root of cpuacct and pids everybody is.
    #expect(sample[0, .cpuUsage] == .value(5_000_000_000))
    #expect(sample[0, .processCount] == .missing(.sharedCgroup))
    #expect(sample[0, .ioRead] == .value(1_000_000))
  }

  @Test func `systemd's scope is a domain's too`() throws {
    let host = try FakeHost()
    let scope = #"/machine.slice/machine-qemu\x2d1\x2dweb.scope"#
    try host.qemu(700, Self.domain, cgroup: "\(scope)/libvirt/emulator")
    try host.cgroup(scope)
    let workload = try #require(try host.samples().first?.workloads.first)
    #expect(workload.id == "libvirt:\(Self.uuid)" && workload.cgroup == scope)
  }

  @Test func `a domain whose process libvirt has renamed is still one`() throws {
    let host = try FakeHost()
    try host.process(
      700, name: "qemu:web", cgroup: "/machine/qemu-1-web.libvirt-qemu/emulator",
      program: "/usr/bin/qemu-system-x86_64 (deleted)", arguments: ["qemu-system-x86_64"] + Self.domain)
    #expect(try #require(try host.samples().first).workloads.map(\.id) == ["libvirt:\(Self.uuid)"])
  }

  @Test func `a stranger with a domain's number does not take its place`() throws {
    let host = try FakeHost()
    try host.qemu(600, Self.domain, cgroup: "/user.slice/x", user: 1000)
    try host.qemu(700, Self.domain, cgroup: "/machine/qemu-1-web.libvirt-qemu/emulator", user: 64055)
    let ids = try #require(try host.samples().first).workloads.map(\.id)
    #expect(Set(ids) == ["libvirt:\(Self.uuid)", "libvirt:1000:\(Self.uuid)"])
  }

  @Test func `libvirt's probe is no domain, and a domain without a number is just QEMU`() throws {
    let host = try FakeHost()
    try host.qemu(
      600, ["-S", "-machine", "none,accel=kvm:tcg", "-chardev", "socket,id=charmonitor,path=/run/m,server=on"])
    try host.qemu(700, ["-chardev", "socket,id=charmonitor,fd=3"])
    #expect(try #require(try host.samples().first).workloads.map(\.runtime) == [.qemu])
  }

  @Test(
    arguments: [
      ("2023-11-14 22:21:39.900+0000: starting up libvirt version: 9.0.0", "2023-11-14T22:21:39.9Z"),
      ("2023-11-14 22:21:39.900+0000: shutting down, reason=destroyed", nil),
      // Another start, and one to come.
      ("2023-11-14 21:00:00.000+0000: starting up libvirt version: 9.0.0", nil),
      ("2023-11-14 22:25:00.000+0000: starting up libvirt version: 9.0.0", nil),
      ("\u{1b}[0m: starting up libvirt version", nil), ("", nil),
    ] as [(String, String?)])
  func `libvirt's log says when it was asked`(line: String, at: String?) throws {
    let host = try FakeHost()
    try host.qemu(700, Self.domain, cgroup: "/machine/qemu-1-web.libvirt-qemu/emulator")
    try host.file("/var/log/libvirt/qemu/web.log", "LC_ALL=C \\\n\(line)\nchar device redirected\n")
    let mark = try #require(try host.samples().first).workloads[0].boot[.requested]
    #expect(mark?.label == (at == nil ? .inferred : .reported))
    if let at { #expect(mark?.at == Timestamp.parse(at)) }
  }

  @Test func `a name is not followed out of libvirt's folder`() throws {
    let host = try FakeHost()
    var words = Self.domain
    words[1] = "guest=../../../srv/web"
    try host.qemu(700, words, cgroup: "/machine/qemu-1-web.libvirt-qemu/emulator")
    try host.file("/srv/web.log", "2023-11-14 22:21:39.900+0000: starting up libvirt version: 9.0.0\n")
    #expect(try #require(try host.samples().first).workloads[0].boot[.requested]?.label == .inferred)
  }

  // MARK: Proxmox VE

  @Test func `Proxmox's machine has its number, and is in its scope`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-id", "100", "-name", "web,debug-threads=on"], cgroup: "/qemu.slice/100.scope")
    try host.cgroup("/qemu.slice/100.scope")
    let workload = try #require(try host.samples().first?.workloads.first)
    #expect(workload.id == "proxmox:100" && workload.name == "web" && workload.runtime == .proxmox)
    #expect(workload.cgroup == "/qemu.slice/100.scope")
  }

  @Test(arguments: [("100", "/user.slice"), ("100", "/qemu.slice/101.scope"), ("x", "/qemu.slice/x.scope"), ("", "/")])
  func `who only says to be Proxmox's is QEMU`(number: String, cgroup: String) throws {
    let host = try FakeHost()
    try host.qemu(700, ["-id", number], cgroup: cgroup)
    #expect(try #require(try host.samples().first).workloads.map(\.runtime) == [.qemu])
  }

  @Test func `a machine that Proxmox wakes from its disk does not boot`() {
    let words = ["kvm", "-id", "100", "-loadstate", "/dev/pve/vm-100-state-HUSH"]
    #expect(QemuArguments(words).start == .restored)
    let kept = QemuArguments.keep(words)
    #expect(QemuArguments(kept).start == .restored && QemuArguments(kept).number == "100")
    #expect(!kept.joined().contains("HUSH"))
  }
}
