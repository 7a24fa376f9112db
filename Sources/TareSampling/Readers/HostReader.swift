internal import KernelStats
internal import TareModel

/// The host's own counters.
final class HostReader {
  private let root: KernelRoot
  private let cpu: HeldFile
  private let memory: HeldFile
  private let pressure:
    [(file: HeldFile, some: WritableKeyPath<HostReadings, Reading>, full: WritableKeyPath<HostReadings, Reading>?)]
  private let resident: HeldFile
  private let online: HeldFile
  /// As it was read last: it hardly ever changes.
  private var lastOnline: [UInt8] = []

  init(_ root: KernelRoot, _ budget: DescriptorBudget) {
    self.root = root
    cpu = HeldFile("/proc/stat", root, budget)
    memory = HeldFile("/proc/meminfo", root, budget)
    pressure = [
      (HeldFile("/proc/pressure/cpu", root, budget), \.pressureCpuSome, nil),
      (HeldFile("/proc/pressure/memory", root, budget), \.pressureMemorySome, \.pressureMemoryFull),
      (HeldFile("/proc/pressure/io", root, budget), \.pressureIoSome, nil),
    ]
    resident = HeldFile("/proc/self/statm", root, budget)
    online = HeldFile("/sys/devices/system/cpu/online", root, budget)
  }

  /// What can change of the machine itself while tare runs: its CPUs at every sample; its name, and whether KVM is there, now and
  /// then.
  func update(_ host: inout Host, buffer: inout [UInt8], refreshing: Bool) {
    if let count = try? online.read(into: &buffer), !lastOnline.elementsEqual(buffer[..<count]) {
      lastOnline = Array(buffer[..<count])
      let cpus = Host.count(cpuList: String(decoding: buffer[..<count], as: UTF8.self).trimmingLine)
      if cpus > 0 { host.cpusOnline = cpus }
    }
    guard refreshing, root.isLive else { return }
    if let name = root.line("/proc/sys/kernel/hostname") { host.hostname = name }
    host.kvmAvailable = MachineFacts.isKvmAvailable
  }

  func read(into sample: inout Sample, buffer: inout [UInt8]) {
    let tick = root.facts.tick
    sample.hostReadAt = root.monotonic()
    do throws(KernelError) {
      let ticks = try cpu.read(into: &buffer) { bytes throws(FormatError) in try CpuTicks(bytes) }
      sample.hostReadings.cpuBusy = .value(ticks.busy.saturating(times: tick))
      sample.hostReadings.cpuSteal = .value(ticks.steal.saturating(times: tick))
      sample.hostReadings.cpuGuest = .value(ticks.guest.saturating(times: tick))
      sample.hostReadings.cpuInterrupts = .value(ticks.interrupts.saturating(times: tick))
    } catch {
      fail(error, &sample, [\.cpuBusy, \.cpuSteal, \.cpuGuest, \.cpuInterrupts])
    }
    do throws(KernelError) {
      let info = try memory.read(into: &buffer) { bytes throws(FormatError) in try MemoryInfo(bytes) }
      sample.hostReadings.memoryTotal = info.total.map { .value($0) } ?? .missing(.kernelTooOld)
      sample.hostReadings.memoryAvailable = info.available.map { .value($0) } ?? .missing(.kernelTooOld)
      sample.hostReadings.memoryKernel = info.kernel.map { .value($0) } ?? .missing(.kernelTooOld)
    } catch {
      fail(error, &sample, [\.memoryTotal, \.memoryAvailable, \.memoryKernel])
    }
    for item in pressure {
      do throws(KernelError) {
        let stall = try item.file.read(into: &buffer) { bytes throws(FormatError) in try Pressure(bytes) }
        sample.hostReadings[keyPath: item.some] = stall.some.map { .value($0) } ?? .missing(.kernelTooOld)
        if let full = item.full {
          sample.hostReadings[keyPath: full] = stall.full.map { .value($0) } ?? .missing(.kernelTooOld)
        }
      } catch {
        let reason: Reason = if case .notFound = error { .noPressure } else { error.reason }
        sample.hostReadings[keyPath: item.some] = .missing(reason)
        if let full = item.full { sample.hostReadings[keyPath: full] = .missing(reason) }
      }
    }
  }

  /// Bytes of tare itself that are in RAM.
  func ownResident(buffer: inout [UInt8]) -> UInt64? {
    let pages = try? resident.read(into: &buffer) { bytes throws(FormatError) in try residentPages(statm: bytes) }
    return pages.map { $0.saturating(times: root.facts.pageSize) }
  }

  private func fail(_ error: KernelError, _ sample: inout Sample, _ paths: [WritableKeyPath<HostReadings, Reading>]) {
    for path in paths { sample.hostReadings[keyPath: path] = .missing(error.reason) }
    sample.problems.append(Problem(source: "host", message: "\(error)"))
  }
}

extension Host {
  /// What does not change while tare runs.
  init(_ root: KernelRoot, _ layout: CgroupLayout) {
    self.init(
      hostname: root.line("/proc/sys/kernel/hostname") ?? "?",
      kernelRelease: root.line("/proc/sys/kernel/osrelease") ?? "?",
      cpusOnline: Self.count(cpuList: root.line("/sys/devices/system/cpu/online") ?? ""),
      cgroupMode: layout.mode, virtualization: Self.virtualization(root), kvmAvailable: root.facts.kvmAvailable)
    adopt(layout, root)
    // The machine's own namespace of processes has a fixed number: PROC_PID_INIT_INO of the kernel's proc_ns.h.
    if let namespace = try? root.link("/proc/self/ns/pid") { isInContainer = namespace != "pid:[4026531836]" }
  }

  /// These hierarchies are mounted now.
  mutating func adopt(_ layout: CgroupLayout, _ root: KernelRoot) {
    cgroupMode = layout.mode
    hidden = root.facts.hidden ?? layout.hidden(root)
    v1Controllers = Set(layout.controllers.keys)
  }

  /// How many CPUs a list such as `0-3,8` names; 0 where it cannot be read.
  static func count(cpuList: some StringProtocol) -> Int {
    cpuList.split(separator: ",").reduce(0) { sum, range in
      let ends = range.split(separator: "-").compactMap { Int($0) }
      // No machine has a million; a capture may say anything.
      guard let first = ends.first, let last = ends.last, last >= first, last < 1 << 20 else { return sum }
      return sum + last - first + 1
    }
  }

  private static func virtualization(_ root: KernelRoot) -> String? {
    switch root.facts.hypervisorSignature {
    case "": break
    case "KVMKVMKVM", "Linux KVM Hv": return "kvm"
    case "VMwareVMware": return "vmware"
    case "Microsoft Hv": return "microsoft"
    case "XenVMMXenVMM": return "xen"
    case "TCGTCGTCGTCG": return "qemu"
    case "bhyve bhyve ": return "bhyve"
    case "ACRNACRNACRN": return "acrn"
    default: return "unknown"
    }
    if root.line("/sys/hypervisor/type") == "xen" { return "xen" }
    let vendor = root.line("/sys/class/dmi/id/sys_vendor") ?? ""
    if vendor.hasPrefix("QEMU") { return "qemu" }
    if root.text("/proc/cpuinfo")?.contains(" hypervisor ") == true { return "unknown" }
    return nil
  }
}

extension String {
  /// Without the end of the line.
  fileprivate var trimmingLine: Substring { prefix { $0 != "\n" } }
}
