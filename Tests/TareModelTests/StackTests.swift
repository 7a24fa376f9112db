import TareModel
import TestSupport
import Testing

struct StackTests {
  private static let mebibyte: UInt64 = 1 << 20

  private func container(_ name: String, _ memory: UInt64, helpers: UInt64 = 0, kernel: UInt64 = 0)
    -> (workload: Workload, serial: UInt64, readings: [Metric: Reading])
  {
    (
      makeWorkload(name), UInt64(name.hashValue.magnitude % 1_000_000 + 1),
      [
        .memoryCurrent: .value(memory << 20), .memoryKernel: .value(kernel << 20), .memoryInactiveFile: .value(0),
        .memoryHelpers: .value(helpers << 20), .memoryHelpersInside: .value(0), .cpuUsage: .value(0),
        .cpuHelpers: .value(0), .cpuHelpersInside: .value(0),
      ]
    )
  }

  private func machine(_ name: String, _ memory: UInt64, vmm: UInt64, _ accelerator: Workload.Accelerator?)
    -> (workload: Workload, serial: UInt64, readings: [Metric: Reading])
  {
    var workload = makeWorkload(name, kind: .vm)
    workload.machine = Workload.Machine(accelerator: accelerator)
    return (
      workload, UInt64(name.hashValue.magnitude % 1_000_000 + 1),
      [
        .memoryCurrent: .value(memory << 20), .memoryVmm: .value(vmm << 20), .memoryHelpers: .value(0),
        .memoryHelpersInside: .value(0), .memoryGuestResident: .value((memory - vmm) << 20),
        .memoryGuestTotal: .missing(.noGuestAgent), .cpuUsage: .value(0),
      ]
    )
  }

  private func stack(
    _ rows: [(workload: Workload, serial: UInt64, readings: [Metric: Reading])], used: UInt64 = 2000,
    kernel: UInt64 = 300
  ) -> Stack {
    var host = HostReadings()
    host.memoryTotal = .value(8000 << 20)
    host.memoryAvailable = .value((8000 - used) << 20)
    host.memoryKernel = .value(kernel << 20)
    return Stack(Frame(previous: nil, current: makeSample(rows, host: host)))
  }

  @Test func `each guest adds a kernel, containers add none`() {
    let stack = stack([
      container("a", 10), container("b", 10), machine("v", 100, vmm: 20, .kvm), machine("w", 100, vmm: 20, .tcg),
    ])
    #expect(stack.kernelCount == 3)
    #expect(stack.containerRows.count == 2 && stack.guests.count == 2)
    #expect(stack.virtualizers == [.kvm, .tcg])
  }

  @Test func `the layers add up to what is used`() throws {
    let stack = stack([container("a", 100, helpers: 12, kernel: 30), machine("v", 500, vmm: 40, .kvm)])
    let mebibyte = Double(Self.mebibyte)
    #expect(stack.containers.memory == 112 * mebibyte)
    #expect(stack.helpers.memory == 12 * mebibyte)
    // What is charged to containers is theirs.
    #expect(stack.kernel.memory == 270 * mebibyte)
    #expect(stack.processes.memory == (2000 - 112 - 500 - 270) * mebibyte)
    #expect(stack.sum.memory == 2000 * mebibyte)
  }

  @Test func `a VM in a container is a kernel more, and no memory more`() {
    var inner = machine("v", 80, vmm: 20, .kvm)
    inner.workload.parent = "a"
    let stack = stack([container("a", 100), inner])
    #expect(stack.kernelCount == 2)
    #expect(stack.machines.memory == nil)
    #expect(stack.containers.memory == Double(100 << 20))
  }

  @Test func `workloads that hold more than is used leave nothing below nothing`() {
    let stack = stack([container("a", 3000)], used: 100)
    #expect(stack.processes.memory == 0)
    #expect(stack.sum.memory ?? 0 >= Double(3000 << 20))
  }

  @Test func `an unopened guest holds nobody knows what`() throws {
    let stack = stack([machine("v", 100, vmm: 20, .kvm)])
    let guest = try #require(stack.guests.first)
    #expect(guest.held == nil)
    #expect(guest.vmm.memory == Double(20 << 20))
    #expect(guest.memory.sum(.unopened) == Double(80 << 20))
  }

  @Test(arguments: Virtualizer.allCases)
  func `each virtualizer says what it is and why`(virtualizer: Virtualizer) {
    #expect(!virtualizer.title.isEmpty && virtualizer.type.short.count <= 24)
    #expect(virtualizer.explanation.allSatisfy { $0.hasSuffix(".") || $0.hasSuffix("\"hosted\".") })
  }

  @Test func `of KVM both sides are given, an emulator is no hypervisor`() {
    #expect(Virtualizer.kvm.explanation.contains { $0.hasPrefix("KVM is type 1") })
    #expect(Virtualizer.kvm.explanation.contains { $0.hasPrefix("KVM is type 2") })
    #expect(Virtualizer.tcg.type.long.contains("no hypervisor"))
    #expect(Virtualizer.virtualbox.type.long.contains("type 2"))
  }

  @Test(arguments: [
    ("kvm", "6.8.0", "guest of KVM"), ("microsoft", "5.15.153.1-microsoft-standard-WSL2", "WSL 2"),
    ("kvm", "6.6.31-linuxkit", "Docker Desktop"), (nil, "6.8.0", "bare metal"), ("xen", "6.8.0", "Xen"),
  ])
  func `what the kernel stands on is said`(outer: String?, release: String, words: String) {
    var host = makeHost()
    (host.virtualization, host.kernelRelease) = (outer, release)
    #expect(host.ground.long.contains(words))
    #expect(host.ground.short.count <= 34)
    host.isInContainer = true
    #expect(host.ground.long.contains("its own box") && host.ground.short.contains("its own box"))
  }

  @Test func `page tables of a VM in a container are taken off the kernel once`() {
    var inner = machine("v", 80, vmm: 20, .kvm)
    inner.readings[.memoryKernel] = .value(5 << 20)
    let outermost = stack([inner])
    #expect(outermost.kernel.memory == Double(295 << 20))
    inner.workload.parent = "a"
    let nested = stack([container("a", 100, kernel: 30), inner])
    #expect(nested.kernel.memory == Double(270 << 20))
  }

  @Test func `kernel memory that is not known of a container makes the containers' a bound`() {
    var closed = container("b", 50)
    closed.readings[.memoryKernel] = .missing(.noController)
    let stack = stack([container("a", 100, kernel: 30), closed])
    #expect(stack.containersKernel.memory == Double(30 << 20) && stack.containersKernel.isAtLeast)
    #expect(!self.stack([container("a", 100)]).containersKernel.isAtLeast)
  }

  @Test func `a pod's containers share one sentry, and sentries are no kernels that are counted`() {
    var pod = container("p", 90)
    (pod.workload.kind, pod.workload.runtime) = (.pod, .containerd)
    var boxes = [container("a", 30), container("b", 30), container("c", 30)]
    for index in boxes.indices { boxes[index].workload.runtime = .gvisor }
    for index in 0..<2 { boxes[index].workload.parent = pod.workload.id }
    let stack = stack([pod] + boxes)
    #expect(stack.userSpaceKernels == 2 && stack.kernelCount == 1)
    #expect(stack.engines.map(\.name) == ["gvisor"] && stack.engines.map(\.count) == [3])
    #expect(stack.containers.count == 2)
  }

  @Test func `Kata's VM is a kernel with containers in it`() {
    var sandbox = machine("k", 200, vmm: 20, .kvm)
    sandbox.workload.boundaries = [.vm, .container]
    let stack = stack([sandbox])
    #expect(stack.sandboxes == 1 && stack.kernelCount == 2 && stack.containerRows.isEmpty)
  }
}
