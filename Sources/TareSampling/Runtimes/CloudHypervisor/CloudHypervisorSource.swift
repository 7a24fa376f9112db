internal import KernelStats
internal import TareModel

struct CloudHypervisorSource: WorkloadSource {
  let name = "cloud-hypervisor"
  let hypervisor: HypervisorTraits? = .cloudHypervisor
  let places = ["programs called cloud-hypervisor"]
  let guide = SourceGuide(
    finds: "Cloud Hypervisor's machines",
    by: "the program that the process runs: cloud-hypervisor",
    names: "first disk; no name of its own",
    start: "event monitor, debug port in its log, where they are files; first run of a virtual CPU; serial line",
    ranWith: nil)

  func find(in context: DiscoveryContext) -> [Finding] {
    context.vmms(called: "cloud-hyperviso", running: Self.isMeant).map { context.machine($0, .cloudHypervisor) }
  }

  /// Its process is named with 15 letters.
  static func isMeant(_ program: String) -> Bool { program.hasPrefix("cloud-hyperviso") }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let main = finding.main
    let words = context.arguments(of: main, keep: CloudHypervisorArguments.keep) ?? []
    let arguments = CloudHypervisorArguments(words)
    let descriptors = KvmDescriptors(of: main.pid, context.root)
    var machine = MachineDescription()
    machine.accelerator = .kvm
    if arguments.kernel != nil {
      machine.vcpus = arguments.vcpus
      machine.memory = arguments.memory
    } else {
      // It is told over its socket, or takes up what was saved.
      machine.vcpus = descriptors.flatMap { $0.vcpus > 0 ? $0.vcpus : nil }
      machine.memory = context.root.guestMapping(of: main.pid)
    }
    machine.taps = descriptors?.taps ?? arguments.taps
    var description = finding.described(
      as: "cloud-hypervisor-\(main.pid)", machine, disks: arguments.disks, in: context)
    description.start = arguments.start
    guard let reader = context.reader(of: main) else { return description }
    if let path = arguments.events.flatMap({ context.path($0, of: main) }) {
      addBoot(context.events(in: path, owner: reader), main, context, to: &description)
    }
    if let path = arguments.log.flatMap({ context.path($0, of: main) }) {
      let lines = context.lines(of: path, owner: reader, where: Self.tellsOfUserspace)
      let mark = lines.first.flatMap(Self.time).flatMap {
        context.mark(main, after: $0, "Cloud Hypervisor's log of the debug port")
      }
      description.add(.userspace, .vmmTimer, mark)
    }
    return description
  }

  /// It says `booting` when it begins to, and `booted` when the virtual CPUs run.
  private func addBoot(
    _ events: [CloudHypervisorEvent], _ main: Process, _ context: DiscoveryContext, to description: inout Description
  ) {
    func mark(_ name: String) -> BootTimeline.Mark? {
      events.first { $0.source == "vm" && $0.event == name }?.time.flatMap {
        context.mark(main, after: $0, "Cloud Hypervisor's event monitor")
      }
    }
    if events.contains(where: { $0.source == "vm" && $0.event == "restored" }) { description.start = .restored }
    guard let begun = mark("booting") else { return }
    description.add(.executing, .vmmBoot, begun.until(mark("booted")))
  }

  // MARK: Debug port

  /// Guests write to I/O port 0x80: 0x41 from a kernel with Cloud Hypervisor's patches when it starts the first process,
  /// 0x60 to 0x7f from user space. From `docs/debug-port.md`.
  static func tellsOfUserspace(_ line: Substring) -> Bool {
    guard let code = line.components(after: "[Debug I/O port: ") else { return false }
    return code.hasPrefix("Kernel code 0x41]") || code.hasPrefix("Userspace code 0x")
  }

  /// `cloud-hypervisor: 403.499628ms: <vcpu0> WARN:… -- […`: nanoseconds since the log began, which is when it started.
  static func time(_ line: Substring) -> UInt64? {
    guard let text = line.components(after: "cloud-hypervisor: ")?.prefix(while: { $0 != ":" }) else { return nil }
    let units = [("ms", 1e6), ("µs", 1e3), ("ns", 1), ("s", 1e9)]
    guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
      let number = Double(text.dropLast(unit.count)), number >= 0, number * factor < 1e15
    else { return nil }
    return UInt64(number * factor)
  }
}
