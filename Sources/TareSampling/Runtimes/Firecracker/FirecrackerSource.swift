internal import KernelStats
internal import TareModel

/// Firecracker, plain and in its jailer's chroot.
struct FirecrackerSource: WorkloadSource {
  let name = "firecracker"
  let hypervisor: HypervisorTraits? = .firecracker
  let places = ["programs called firecracker*"]
  let guide = SourceGuide(
    finds: "Firecracker's microVMs, with and without jailer",
    by: "the program that the process runs: firecracker*",
    names: "`--id`; root drive of its configuration file, outside of the jailer",
    start: "the jailer's start; boot timer; first run of a virtual CPU",
    ranWith: nil)

  func find(in context: DiscoveryContext) -> [Finding] {
    context.vmms(called: "firecracker", running: Self.isMeant).map { context.machine($0, .firecracker) }
  }

  static func isMeant(_ program: String) -> Bool { program == "firecracker" || program.hasPrefix("firecracker-v") }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let main = finding.main
    let arguments = FirecrackerArguments(
      context.arguments(of: main, keep: FirecrackerArguments.keep) ?? [])
    var (config, problems) = (FirecrackerConfig(), [Problem]())
    let reader = context.reader(of: main)
    if let reader, let path = arguments.config.flatMap({ context.path($0, of: main) }) {
      problems = TareSampling.problems(of: name) { () throws(KernelError) in
        config = try context.root.state(path, owner: reader, as: FirecrackerConfig.self)
      }
    }
    let descriptors = KvmDescriptors(of: main.pid, context.root)
    var machine = MachineDescription()
    machine.accelerator = .kvm
    machine.vcpus = config.machine?.vcpus ?? descriptors.flatMap { $0.vcpus > 0 ? $0.vcpus : nil }
    machine.memory =
      config.machine?.mebibytes.flatMap { $0 < 1 << 40 ? $0 << 20 : nil } ?? context.root.guestMapping(of: main.pid)
    machine.taps = descriptors?.taps ?? config.interfaces?.compactMap(\.tap) ?? []
    var description = finding.described(
      as: arguments.id ?? "firecracker-\(main.pid)", machine, disks: config.disks, in: context)
    description.problems = problems
    description.add(.requested, .launcherArguments, requested(arguments, main, context))
    if let reader, let path = (arguments.log ?? config.logger?.path).flatMap({ context.path($0, of: main) }) {
      addTimer(context.lines(of: path, owner: reader) { $0.contains(Self.timer) }, main, context, to: &description)
    }
    return description
  }

  /// The jailer reads the clock in its first steps, and then becomes Firecracker or its parent.
  private func requested(_ arguments: FirecrackerArguments, _ main: Process, _ context: DiscoveryContext)
    -> BootTimeline.Mark?
  {
    guard let microseconds = arguments.jailed, microseconds < 1 << 50 else { return nil }
    let (own, at) = (context.startMark(main), context.realtime(monotonic: microseconds * 1000))
    // A jailer is done within moments: anything else was not written by one.
    guard let lo = own.lo, at < lo + 10_000_000_000, lo < at + 60_000_000_000 else { return nil }
    return BootTimeline.Mark(
      at: min(at, lo), lo: min(at, lo), hi: at, clock: .monotonic, label: .reported,
      source: "the jailer's --start-time-us")
  }

  // MARK: Boot timer

  private static let timer = " Guest-boot-time = "

  /// `2019-05-30T12:15:18.698648314 [id:fc_vcpu 0] Guest-boot-time = 279446 us 279 ms, 272485 CPU us 272 CPU ms`: the
  /// guest's first process wrote to the boot timer that long after Firecracker was told to start it.
  private func addTimer(
    _ lines: [Substring], _ main: Process, _ context: DiscoveryContext, to description: inout Description
  ) {
    let now = context.now.realtime
    guard let lo = context.startMark(main).lo else { return }
    for line in lines {
      guard let local = Timestamp.parse(line.prefix { $0 != " " } + "Z"),
        let at = Self.instant(local: local, notBefore: lo), at <= now + 1_000_000_000,
        let text = line.components(after: Self.timer)?.prefix(while: \.isNumber), let took = UInt64(text),
        took < 1 << 50, took * 1000 < at, at - took * 1000 + 1_000_000 >= lo
      else { continue }
      let source = "Firecracker's boot timer"
      description.add(
        .userspace, .vmmTimer,
        BootTimeline.Mark(at: at, lo: at, hi: at, clock: .realtime, label: .reported, source: source))
      // It was asked then to start the machine; the first instruction comes between the two.
      let begun = max(lo, at - took * 1000)
      description.add(
        .executing, .vmmBoot,
        BootTimeline.Mark(at: begun, lo: begun, hi: at, clock: .realtime, label: .inferred, source: source))
      return
    }
  }

  /// Firecracker writes local time and does not say whose. Zones are quarters of an hour apart, and a guest is up sooner:
  /// the first that is not before the start.
  static func instant(local: UInt64, notBefore start: UInt64) -> UInt64? {
    let quarter: UInt64 = 900_000_000_000
    let distance = local > start ? (local - start) / quarter : (start - local + quarter - 1) / quarter
    guard distance <= 14 * 4 else { return nil }
    return local > start ? local - distance * quarter : local + distance * quarter
  }
}

extension Substring {
  /// What follows the first of these words.
  func components(after text: String) -> Substring? {
    firstRange(of: text).map { self[$0.upperBound...].drop { $0 == " " } }
  }
}
