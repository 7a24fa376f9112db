import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct MachineTests {
  private func machine(_ host: FakeHost) throws -> (frame: Frame, workload: Workload) {
    let frame = try host.frame()
    return (frame, try #require(frame.current.workloads.first { $0.kind == .vm }))
  }

  @Test func `descriptors that may be listed and not looked at say nothing: then the arguments do`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-name", "lab", "-accel", "kvm", "-m", "512"], kvm: true)
    for number in [9, 10] { host.fail("/proc/700/fd/\(number)", 13) }
    #expect(KvmDescriptors(of: 700, try host.root()) == nil)
    #expect(try host.frame().current.workloads.map(\.machine?.accelerator) == [.kvm])
  }

  @Test func `a machine under emulation has its name, size and disk, and no guest time`() throws {
    let host = try FakeHost()
    try host.qemu(
      700, ["-name", "guest=lab,debug-threads=on", "-m", "512", "-smp", "2", "-drive", "file=/d.img,if=virtio"])
    try host.cgroup("/vm")
    let (frame, workload) = try machine(host)
    #expect(workload.id == "qemu:700:50000")
    #expect(workload.name == "lab")
    #expect(workload.runtime == .qemu)
    #expect(workload.image == "/d.img")
    #expect(workload.machine?.accelerator == .tcg)
    #expect(frame.current[0, .cpuGuest] == .missing(.softwareEmulation))
    #expect(frame.current[0, .memoryConfigured] == .value(512 << 20))
    #expect(frame.current[0, .cpuCount] == .value(2))
    #expect(frame.current[0, .cpuLimit] == .value(2_000_000))
    #expect(frame.current[0, .memoryResident] == .value(1000 * 4096 + 2048 << 10))
    #expect(frame.current[0, .cpuEmulator] == .value(1_000_000_000))
    #expect(frame.current[0, .cpuWait] == .value(200_000_000))
    #expect(frame.current[0, .memoryGuestUsed] == .missing(.noGuestAgent))
    #expect(frame.current[0, .memoryKernel] == .value(40960))
    #expect(frame.value(.workingSet, row: 0) == .missing(.notApplicable))
  }

  @Test func `a machine under KVM has guest time, and user time without it`() throws {
    let host = try FakeHost()
    try host.qemu(
      700, ["-accel", "kvm"], kvm: true, ticks: FakeHost.Ticks(user: 500, system: 50, guest: 400, threads: 2))
    let (frame, workload) = try machine(host)
    #expect(workload.machine?.accelerator == .kvm)
    #expect(workload.name == "qemu-700")
    #expect(frame.current[0, .cpuGuest] == .value(4_000_000_000))
    #expect(frame.current[0, .cpuUser] == .value(1_000_000_000))
    #expect(frame.current[0, .cpuSystem] == .value(500_000_000))
  }

  @Test func `guest time beyond user time leaves none and no huge number`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-accel", "kvm"], kvm: true, ticks: FakeHost.Ticks(user: 5, system: 1, guest: 9, threads: 2))
    #expect(try machine(host).frame.current[0, .cpuUser] == .value(0))
  }

  @Test func `what runs counts and not what was asked for`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-accel", "kvm"], kvm: false)
    #expect(try machine(host).workload.machine?.accelerator == .tcg)
  }

  @Test(arguments: [false, true])
  func `a probe without a machine is none, whatever it opened`(kvm: Bool) throws {
    let host = try FakeHost()
    try host.qemu(700, ["-machine", "none,accel=kvm:tcg", "-nodefaults"], kvm: kvm)
    #expect(try host.frame().current.workloads.isEmpty)
  }

  @Test func `emulation without thread names cannot tell a vCPU`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-m", "64"], namesThreads: false)
    let frame = try machine(host).frame
    #expect(frame.current[0, .cpuEmulator] == .missing(.unnamedThreads))
    #expect(frame.current[0, .cpuWait] == .missing(.unnamedThreads))
  }

  @Test func `under KVM a thread without a name is known by the guest time that it has`() throws {
    let host = try FakeHost()
    try host.qemu(
      700, ["-accel", "kvm"], kvm: true, namesThreads: false,
      ticks: FakeHost.Ticks(user: 500, system: 50, guest: 400, threads: 2))
    #expect(try machine(host).frame.current[0, .cpuEmulator] == .value(1_000_000_000))
  }

  @Test(arguments: [
    ("CPU 0/KVM", true), ("CPU 12/TCG", true), ("ALL CPUs/TCG", true), ("fc_vcpu 0", true), ("vcpu3", true),
    ("vcpu", false), ("vcpux", false), ("qemu-system-x86", false), ("IO mon_iothread", false), ("x/KVM", false),
    ("fc_vmm", false), ("", false), ("crosvm_vcpu11", true), ("crosvm_vcpu", false), ("EMT", true), ("EMT-3", true),
    ("EMT-x", false), ("CPU /KVM", false), ("CPU 0/KVM ", false), ("vcpu٣", false), ("fc_vcpu 0x", false),
  ])
  func `a vCPU thread is known by its name`(name: String, isVcpu: Bool) {
    #expect((HypervisorTraits.vcpu(thread: name) != nil) == isVcpu)
  }

  @Test(
    arguments: [
      ("CPU 0/KVM", 0), ("CPU 12/TCG", 12), ("ALL CPUs/TCG", 0), ("fc_vcpu 1", 1), ("vcpu3", 3), ("EMT", 0),
      ("crosvm_vcpu2", 2), ("vcpu99999999999999999999", nil),
    ] as [(String, Int?)])
  func `its name has the number of its vCPU`(name: String, number: Int?) {
    #expect(HypervisorTraits.vcpu(thread: name) == number)
  }

  @Test func `in a shared group the figures are those of its threads`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-m", "64"], cgroup: "/user.slice/session")
    try host.process(800, cgroup: "/user.slice/session")
    try host.cgroup("/user.slice/session")
    let (frame, workload) = try machine(host)
    #expect(workload.cgroup == "/user.slice/session")
    #expect(frame.current[0, .cpuUsage] == .value(5_000_000_000))
    #expect(frame.current[0, .memoryCurrent] == .value(3000 << 10 + 2048 << 10))
    #expect(frame.current[0, .processCount] == .missing(.sharedCgroup))
    #expect(frame.current[0, .pressureCpuSome] == .missing(.sharedCgroup))
    #expect(frame.current[0, .ioRead] == .value(4096))
  }

  @Test func `a process below the machine's group shares it, whatever its folder is called`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-m", "64"])
    try host.process(800, cgroup: "/vm/\u{301}x")
    try host.cgroup("/vm")
    #expect(try machine(host).frame.current[0, .processCount] == .missing(.sharedCgroup))
  }

  @Test func `a controller in which others are in the same group is shared, the others are the machine's own`() throws {
    let host = try FakeHost(.hybrid)
    let own = "0::/vm\n4:memory:/vm\n2:cpuacct:/system.slice\n1:cpu:/system.slice\n6:pids:/vm\n"
    try host.qemu(700, ["-m", "64"], cgroup: own)
    try host.process(800, cgroup: "0::/other\n4:memory:/other\n2:cpuacct:/system.slice\n1:cpu:/system.slice\n")
    try host.cgroup("/vm")
    try host.cgroup("/system.slice", Usage(cpu: 999_000_000))
    let frame = try machine(host).frame
    #expect(frame.current[0, .cpuUsage] == .value(5_000_000_000))
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20 + 2 << 20))
    #expect(frame.current[0, .processCount] == .value(3))
    #expect(frame.current[0, .cpuPeriods] == .missing(.sharedCgroup))
  }

  @Test func `libvirt's machine is counted with its vCPUs, which have groups of their own`() throws {
    let host = try FakeHost()
    let scope = "/machine.slice/machine-qemu-1.scope"
    try host.qemu(700, ["-name", "guest=web,debug-threads=on"], cgroup: "\(scope)/libvirt/emulator")
    try host.cgroup(scope, Usage(cpu: 9_000_000))
    try host.cgroup("\(scope)/libvirt/emulator", Usage(cpu: 1_000_000))
    let (frame, workload) = try machine(host)
    #expect(workload.cgroup == scope)
    #expect(frame.current[0, .cpuUsage] == .value(9_000_000_000))
  }

  @Test func `a machine in a container has it as its parent and counts once`() throws {
    let id = FakeHost.containerID("abc")
    let host = try FakeHost()
    try host.docker(id, name: "box", pid: 200)
    try host.qemu(700, ["-m", "64"], cgroup: "/system.slice/docker-\(id).scope", parent: 200)
    let (frame, workload) = try machine(host)
    #expect(workload.parent == "docker:\(id)")
    #expect(frame.outermostRows.map { frame.current.workloads[$0].name } == ["box"])
    let row = try #require(frame.current.workloads.firstIndex { $0.kind == .vm })
    #expect(frame.current[row, .processCount] == .missing(.sharedCgroup))
  }

  @Test func `any other process that made a machine with KVM is one`() throws {
    let host = try FakeHost()
    try host.process(900, name: "kvm-hello", cgroup: "/k", user: 1000)
    try host.thread(900, of: 900, name: "kvm-hello", running: 1_000_000_000)
    try host.descriptor(3, of: 900, "/dev/kvm")
    try host.descriptor(4, of: 900, "anon_inode:kvm-vm")
    try host.descriptor(5, of: 900, "anon_inode:kvm-vcpu:0")
    try host.descriptor(6, of: 900, "/dev/net/tun", info: "pos:\t0\niff:\ttap7\n")
    try host.process(901, name: "opener", cgroup: "/o")
    try host.descriptor(3, of: 901, "/dev/kvm")
    let (frame, workload) = try machine(host)
    #expect(frame.current.workloads.count == 1)
    #expect(workload.id == "kvm:900:50000")
    #expect(workload.runtime == .kvm)
    #expect(workload.name == "kvm-hello-900")
    #expect(frame.current[0, .cpuCount] == .value(1))
  }

  @Test func `a process that makes its machine late, with new threads, is found then`() throws {
    let host = try FakeHost()
    host.step = 6_000_000_000
    try host.process(900, name: "late", cgroup: "/k")
    try host.descriptor(3, of: 900, "/dev/kvm")
    try host.process(900, name: "late", cgroup: "/k", ticks: .init(threads: 3), at: 1)
    try host.file("/proc/loadavg", "0 0 0 1/1 6001\n", at: 1)
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(), budget: .init(0))
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    #expect(sample.workloads.isEmpty)
    try host.descriptor(4, of: 900, "anon_inode:kvm-vm")
    root.advance()
    try sampler.sample(into: &sample)
    #expect(sample.workloads.map(\.id) == ["kvm:900:50000"])
  }

  @Test func `a machine's network is what its taps moved, seen from the other end`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-netdev", "tap,id=n,ifname=tap7"])
    try host.descriptor(6, of: 700, "/dev/net/tun", info: "pos:\t0\niff:\ttap7\n")
    try host.file(
      "/proc/net/dev", "h\nh\n  eth0: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0\n  tap7: 30 0 0 0 0 0 0 0 40 0 0 0 0 0 0 0\n")
    let frame = try machine(host).frame
    #expect(frame.current[0, .networkReceived] == .value(40))
    #expect(frame.current[0, .networkSent] == .value(30))
  }

  @Test func `firmware is not the image of a machine`() throws {
    let host = try FakeHost()
    try host.qemu(
      700, ["-drive", "if=pflash,file=/usr/share/OVMF/OVMF_CODE.fd", "-drive", "file=/d.img,if=virtio"])
    let workload = try machine(host).workload
    #expect(workload.image == "/d.img")
    #expect(workload.machine?.disks.contains("/usr/share/OVMF/OVMF_CODE.fd") == true)
  }

  @Test func `a machine that was seen before it opened KVM is seen as it is at the next pass`() throws {
    let host = try FakeHost()
    host.instants = 2
    // Started 1 s before the first sample.
    try host.process(
      700, name: "qemu-system-x86", start: 99_900, cgroup: "/vm", program: "/usr/bin/qemu-system-x86_64",
      arguments: ["qemu-system-x86_64", "-accel", "kvm"], ticks: FakeHost.Ticks(user: 1, system: 0, guest: 0))
    try host.thread(700, of: 700, name: "qemu-system-x86", running: 5)
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(), budget: .init(0))
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    #expect(sample.workloads[0].machine?.accelerator == .tcg)
    try host.descriptor(9, of: 700, "anon_inode:kvm-vm")
    root.advance()
    try sampler.sample(into: &sample)
    #expect(sample.workloads[0].machine?.accelerator == .kvm)
    #expect(sample[0, .cpuGuest] == .value(0))
  }

  @Test func `a worker that ends while another begins is in the time at once and nothing goes back`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-name", "a,debug-threads=on"], cgroup: "/", ticks: FakeHost.Ticks(threads: 3))
    try host.thread(702, of: 700, name: "worker", running: 100)
    let second = 1_000_000_000
    for instant in 1...3 {
      try host.thread(700, of: 700, name: "qemu-system-x86", running: UInt64(second), at: instant)
      host.fail("/proc/700/task/702/stat", 3, at: instant)
      host.fail("/proc/700/task/702/schedstat", 3, at: instant)
    }
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(), budget: .init(0))
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    #expect(sample[0, .cpuUsage] == .value(5_000_000_100))
    // The folder of threads now has another, as many as before.
    try host.folder.remove("/proc/700/task/702")
    try host.thread(703, of: 700, name: "worker", running: 7_000)
    for _ in 1...2 {
      root.advance()
      try sampler.sample(into: &sample)
    }
    #expect(sample[0, .cpuUsage] == .value(5_000_007_100))
  }

  @Test func `a vCPU that is recognised late adds no old waiting and the emulator does not go back`() throws {
    let host = try FakeHost()
    host.step = 11_000_000_000
    try host.qemu(
      700, ["-accel", "kvm"], cgroup: "/", kvm: true, namesThreads: false,
      ticks: FakeHost.Ticks(user: 500, system: 50, guest: 400, threads: 3))
    // A second vCPU that has run no guest yet.
    try host.thread(702, of: 700, name: "qemu-system-x86", running: 600, waiting: 900)
    try host.thread(702, of: 700, name: "qemu-system-x86", running: 700, waiting: 950, guestTicks: 5, at: 1)
    let samples = try host.samples()
    let emulator = samples.map { $0[0, .cpuEmulator].number ?? 0 }
    let wait = samples.map { $0[0, .cpuWait].number ?? 0 }
    #expect(emulator[1] >= emulator[0])
    #expect(wait[1] - wait[0] <= 50)
  }
}
