import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// crosvm, VirtualBox and Kata.
struct OtherVmmTests {
  private func sample(_ host: FakeHost) throws -> Sample { try #require(try host.samples().first) }

  // MARK: crosvm

  @Test func `crosvm and its devices are one machine`() throws {
    let host = try FakeHost()
    let words = [
      "crosvm", "run", "--cpus", "num-cores=2", "--mem", "1024", "--block", "path=/root.img,ro=true", "--tap-name",
      "t0",
      "/vmlinux",
    ]
    try host.process(
      700, name: "crosvm", cgroup: "/vm", program: "/usr/bin/crosvm", arguments: words, ticks: .init(threads: 2))
    try host.thread(700, of: 700, name: "crosvm", running: 1_000_000_000)
    try host.thread(701, of: 700, name: "crosvm_vcpu0", running: 4_000_000_000)
    try host.process(
      702, parent: 700, name: "pcivirtio-block", cgroup: "/vm", program: "/usr/bin/crosvm", arguments: words)
    try host.process(703, parent: 700, name: "crosvm", cgroup: "/vm", program: "/usr/bin/crosvm", arguments: words)
    try host.process(800, name: "crosvm", program: "/usr/bin/crosvm", arguments: ["crosvm", "stop", "/sock"])
    try host.cgroup("/vm")
    let sample = try sample(host)
    #expect(sample.workloads.map(\.id) == ["crosvm:700:50000"])
    #expect(sample.workloads[0].name == "crosvm-700" && sample.workloads[0].runtime == .crosvm)
    #expect(sample.workloads[0].image == "/root.img" && sample.workloads[0].helpers == [702, 703])
    #expect(sample[0, .memoryConfigured] == .value(1 << 30))
    #expect(sample[0, .cpuCount] == .value(2))
    #expect(sample[0, .cpuEmulator] == .value(1_000_000_000))
    #expect(sample[0, .processCount] == .value(3))
  }

  @Test func `crosvm's arguments are understood, and a capture keeps no other`() {
    let words =
      [
        "crosvm", "--log-level", "debug", "run", "--name=web", "-c", "4", "-m", "size=512", "--rwdisk",
        "/a,sparse=HUSH",
      ]
      + [
        "--net", "tap-name=t1,mac=HUSH", "--serial", "type=file,path=/s", "--restore", "HUSH", "-p", "token=HUSH", "/k",
      ]
    let arguments = CrosvmArguments(words)
    #expect(arguments.runs && arguments.name == "web" && arguments.vcpus == 4 && arguments.memory == 512 << 20)
    #expect(arguments.disks == ["/a"] && arguments.taps == ["t1"] && arguments.consoles == ["/s"])
    #expect(arguments.start == .restored)
    let kept = CrosvmArguments.keep(words)
    #expect(!kept.joined().contains("HUSH") && CrosvmArguments(kept) == arguments)
    #expect(CrosvmArguments(["crosvm", "-m", "18446744073709551615", "-c", "x", "--mem"]).memory == 256 << 20)
  }

  // MARK: VirtualBox

  @Test func `VirtualBox's machine is named by its comment, its window is none`() throws {
    let host = try FakeHost()
    let words = ["/usr/lib/virtualbox/VBoxHeadless", "--comment", "web", "--startvm", "cb568998", "--vrde", "config"]
    try host.process(
      700, name: "VBoxHeadless", program: words[0], arguments: words, ticks: .init(user: 500, threads: 3))
    try host.thread(700, of: 700, name: "VBoxHeadless", running: 1_000_000_000)
    for number in 0...1 {
      try host.thread(701 + Int32(number), of: 700, name: "EMT-\(number)", running: 2_000_000_000)
      try host.file("/proc/700/task/\(701 + number)/comm", "EMT-\(number)\n")
    }
    try host.process(800, name: "VirtualBox", program: "/usr/lib/virtualbox/VirtualBox", arguments: ["VirtualBox"])
    let sample = try sample(host)
    #expect(sample.workloads.map(\.id) == ["virtualbox:700:50000"])
    #expect(sample.workloads[0].name == "web" && sample.workloads[0].machine?.accelerator == .vbox)
    #expect(sample[0, .cpuCount] == .value(2))
    #expect(sample[0, .cpuEmulator] == .value(1_000_000_000))
    #expect(sample[0, .cpuGuest] == .missing(.notReported))
    #expect(sample[0, .memoryConfigured] == .missing(.notReported))
  }

  // MARK: Kata

  private static let sandbox = FakeHost.containerID("2415e1bffd9f")

  private func shim(_ host: FakeHost, _ id: String = sandbox, _ pid: Int32 = 600, user: UInt32 = 0) throws {
    let words = ["/opt/kata/bin/containerd-shim-kata-v2", "-namespace", "k8s.io", "-address", "/run/c.sock", "-id", id]
    try host.process(
      pid, name: "containerd-shim", cgroup: "/system.slice/containerd.service", user: user, program: words[0],
      arguments: words)
  }

  @Test func `a machine around containers is one line with both boundaries`() throws {
    let host = try FakeHost()
    try shim(host)
    try host.process(601, parent: 600, name: "virtiofsd", arguments: ["virtiofsd", "--fd=3"])
    try host.process(602, parent: 601, name: "virtiofsd", arguments: ["virtiofsd", "--fd=3"])
    let group = "/kubepods/pod1/kata_\(Self.sandbox)"
    try host.qemu(700, ["-name", "sandbox-\(Self.sandbox)", "-m", "2048M,slots=10"], cgroup: group, kvm: true)
    try host.qemu(800, ["-name", "sandbox-other"], cgroup: "/x")
    try host.cgroup(group)
    let sample = try sample(host)
    let kata = try #require(sample.workloads.first { $0.runtime == .kata })
    #expect(sample.workloads.map(\.runtime).filter { $0 != .kata } == [.qemu])
    #expect(kata.id == "kata:\(Self.sandbox)" && kata.name == "2415e1bffd9f" && kata.kind == .vm)
    #expect(kata.boundaries == [.vm, .container] && kata.helpers == [600, 601, 602])
    #expect(kata.machine?.accelerator == .kvm && kata.cgroup == group)
  }

  @Test func `a pod in a machine of its own is called as the pod`() throws {
    let host = try FakeHost()
    try shim(host)
    let bundle = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/\(Self.sandbox)"
    try host.folder.remove("/proc/600/cwd")
    try host.folder.link("/proc/600/cwd", to: bundle)
    try host.file(
      "\(bundle)/config.json",
      #"{"annotations":{"io.kubernetes.cri.container-type":"sandbox","io.kubernetes.cri.sandbox-name":"web-0","#
        + #""io.kubernetes.cri.sandbox-namespace":"shop"}}"#)
    try host.qemu(700, ["-name", "sandbox-\(Self.sandbox)"], cgroup: "/k", kvm: true)
    let kata = try #require(sample(host).workloads.first)
    #expect(kata.name == "web-0" && kata.pod == "web-0" && kata.namespace == "shop")
    #expect(kata.id == "kata:\(Self.sandbox)")
  }

  @Test(arguments: [
    ("cloud-hyperviso", "/opt/kata/bin/cloud-hypervisor", ["--api-socket", "/run/vc/vm/hello/clh-api.sock"]),
    ("firecracker", "/opt/kata/bin/firecracker", ["--config-file", "/run/vc/firecracker/hello/root/fcConfig.json"]),
    ("firecracker", "/firecracker", ["--id", "hello"]),
  ])
  func `each of its hypervisors is known`(comm: String, program: String, words: [String]) throws {
    let host = try FakeHost()
    try shim(host, "hello")
    try host.process(700, parent: 600, name: comm, cgroup: "/k", program: program, arguments: [comm] + words)
    let sample = try sample(host)
    #expect(sample.workloads.map(\.id) == ["kata:hello"])
    #expect(sample.workloads[0].name == "hello" && sample.workloads[0].helpers == [600])
  }

  @Test func `in the group for overhead the time of its virtual CPUs is not`() throws {
    let host = try FakeHost(.v1)
    try shim(host)
    let group = "/kata_overhead/\(Self.sandbox)"
    try host.qemu(700, ["-name", "sandbox-\(Self.sandbox)"], cgroup: group, kvm: true)
    try host.cgroup(group, Usage(cpu: 1))
    let sample = try sample(host)
    #expect(sample[0, .cpuUsage] == .value(5_000_000_000))
    #expect(sample[0, .memoryCurrent] == .value(50 << 20 + 2 << 20))
  }

  @Test func `a machine in the shim itself is the sandbox's`() throws {
    let host = try FakeHost()
    try shim(host, "hello")
    try host.descriptor(9, of: 600, "anon_inode:kvm-vm")
    let workload = try #require(try sample(host).workloads.first)
    #expect(workload.id == "kata:hello" && workload.mainPid == 600 && workload.helpers.isEmpty)
  }

  @Test func `a stranger's shim, or machine, is not Kata's`() throws {
    let host = try FakeHost()
    try shim(host, "mine", 500, user: 1000)
    try host.qemu(510, ["-name", "sandbox-mine"], cgroup: "/a", user: 1000)
    try shim(host, "hello")
    try host.qemu(700, ["-name", "sandbox-hello"], cgroup: "/b", user: 1000)
    #expect(try sample(host).workloads.map(\.runtime) == [.qemu, .qemu])
  }
}
