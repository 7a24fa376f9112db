import TareModel
import TareScreen
import TestSupport

/// An imaginary machine with five containers and two VMs, sampled once a second; its figures add up.
struct Labhost {
  static let mebibyte: Double = 1_048_576
  private static let bootedAt: UInt64 = 1_700_000_000_000_000_000

  struct Box {
    var workload: Workload
    /// Mean values: MiB held, percent of a core.
    var memory: Double
    var cpu: Double
    /// MiB, cores; nil is unlimited.
    var limit: Double?
    var cores: Double?
    var throttled: UInt64 = 0
    /// MiB: helpers outside of the charge, or the VMM itself; guest RAM, of which the guest says that it uses so much.
    var helpers = 0.0
    var vmm = 0.0
    var guestUsed: Double?
    /// MiB of the charge that the host could take back at any time.
    var inactive = 0.0
  }

  var boxes: [Box]
  var cpus = 4
  var problems: [Problem] = []
  /// What machines told, by name.
  var guests: [String: GuestAnswer] = [:]
  var host = makeHost(name: "labhost", cpus: 4)
  /// Bytes that its kernel holds for itself and for containers.
  var memoryKernel = Reading.value(UInt64(608.3 * Self.mebibyte))

  /// Containers api, cache, web, job and hog; VMs db and legacy.
  static func busy() -> Labhost {
    var boxes = [
      container("api", .docker, image: "shop/api:2.3", 155.4, 12.4, limit: 512, cores: 2, boot: 0.238),
      container("cache", .podman, image: "docker.io/library/redis:7", 94.9, 1.2, limit: 128, boot: 0.17),
      container("web", .docker, image: "nginx:1.27", 46.0, 3.1, limit: 256, boot: 0.21),
      container("job", .runc, image: nil, 32.5, 10.6, limit: 64, boot: 0.06),
      container("hog", .docker, image: "shop/hog:1", 1.2, 25, cores: 0.25, boot: 0.21),
      machine("db", .qemu, 918.6, 98.1, given: 1024, accelerator: .kvm, boot: 2.64),
      machine("legacy", .libvirt, 742.9, 44.6, given: 1024, accelerator: nil, boot: nil),
    ]
    boxes[4].throttled = 91
    for (index, helpers) in [11.9, 1.6, 11.6, 0, 11.1].enumerated() { boxes[index].helpers = helpers }
    boxes[5].workload.machine?.guestKernel = "6.1.0"
    (boxes[5].vmm, boxes[5].guestUsed, boxes[6].vmm) = (47.2, 546.8, 43.7)
    return Labhost(boxes: boxes)
  }

  /// The same machine with two users that run something beside.
  static func shared() -> Labhost {
    var host = busy()
    host.boxes += [user(1000, "student", 214.2, 31.5), user(0, "root", 96.4, 2.2)]
    return host
  }

  private static func user(_ uid: Int, _ name: String, _ memory: Double, _ cpu: Double) -> Box {
    var workload = Workload(id: "user:\(uid)", name: name, kind: .user, runtime: .host, mainPid: Int32(900 + uid))
    workload.boot.kind = .absent
    workload.startedAt = bootedAt - 8_040_000_000_000
    workload.absences["image"] = .notApplicable
    return Box(workload: workload, memory: memory, cpu: cpu)
  }

  static func container(
    _ name: String, _ runtime: Workload.Runtime, image: String?, _ memory: Double, _ cpu: Double, limit: Double? = nil,
    cores: Double? = nil, boot: Double?
  ) -> Box {
    var workload = Workload(
      id: "\(runtime.rawValue):\(name)", name: name, kind: .container, runtime: runtime, mainPid: 4711,
      cgroup: "/system.slice/\(name).scope")
    workload.image = image
    if image == nil { workload.absences["image"] = .notReported }
    workload.startedAt = bootedAt - 8_040_000_000_000
    if let boot { workload.boot = timeline(boot, from: bootedAt - 8_040_000_000_000, .reported) }
    return Box(workload: workload, memory: memory, cpu: cpu, limit: limit, cores: cores)
  }

  static func machine(
    _ name: String, _ runtime: Workload.Runtime, _ memory: Double, _ cpu: Double, given: Double,
    accelerator: Workload.Accelerator?, boot: Double?
  ) -> Box {
    var workload = Workload(
      id: "qemu:\(name)", name: name, kind: .vm, runtime: runtime, mainPid: 812, cgroup: "/machine.slice/\(name)")
    workload.machine = Workload.Machine(accelerator: accelerator, disks: ["/var/lib/images/\(name).qcow2"])
    workload.startedAt = bootedAt - 7_860_000_000_000
    if let boot { workload.boot = timeline(boot, from: bootedAt - 7_860_000_000_000, .reported) }
    return Box(workload: workload, memory: memory, cpu: cpu, limit: given)
  }

  private static func timeline(_ seconds: Double, from: UInt64, _ label: BootTimeline.Label) -> BootTimeline {
    var boot = BootTimeline()
    func mark(_ share: Double, _ label: BootTimeline.Label, _ source: String) -> BootTimeline.Mark {
      let at = from + UInt64(seconds * share * 1e9)
      return BootTimeline.Mark(at: at, lo: at, hi: at, clock: .realtime, label: label, source: source)
    }
    boot[.requested] = mark(0, .reported, "dockerd config.v2.json")
    boot[.spawned] = mark(0.43, .measured, "/proc/4711/stat")
    boot[.isolated] = mark(0.7, .reported, "runc state.json")
    boot[.executing] = mark(1, label, "dockerd config.v2.json")
    boot[.userspace] = mark(1, label, "dockerd config.v2.json")
    return boot
  }

  /// The sample of one second, with everything as counters would have it.
  func sample(at second: Int) -> Sample {
    let rows = boxes.enumerated().map { index, box in
      (workload: box.workload, serial: UInt64(index + 1), readings: self.readings(box, index, second))
    }
    var machine = HostReadings()
    let cpu = boxes.enumerated().reduce(0.0) { $0 + total(\.cpu, $1.element, $1.offset, second) }
    machine.cpuBusy = .value(UInt64((cpu + 11.8 * Double(second + 1)) * 1e7))
    let held = boxes.enumerated().reduce(0.0) { $0 + memory($1.element, $1.offset, second) }
    machine.cpuInterrupts = .value(UInt64(3.4 * Double(second + 1) * 1e7))
    machine.memoryKernel = memoryKernel
    machine.processes = .value(214)
    machine.memoryTotal = .value(UInt64(16384 * Self.mebibyte))
    let inactive = boxes.reduce(0.0) { $0 + $1.inactive }
    machine.memoryAvailable = .value(UInt64((16384 - 2477.9 - held + inactive) * Self.mebibyte))
    var sample = makeSample(at: UInt64(second), rows, host: machine)
    sample.host = host
    sample.problems = problems
    for (index, box) in boxes.enumerated() {
      if let answer = guests[box.workload.name] { sample.guests[index] = answer }
    }
    sample.own.cpu = UInt64(second) * 3_000_000
    sample.own.resident = UInt64(11 * Self.mebibyte)
    sample.own.sampling = 1_900_000
    sample.own.looking = UInt64(second) * 240_000
    return sample
  }

  /// A wave of its own for each box, so that graphs have a shape and are the same in every run.
  private func wave(_ index: Int, _ second: Int) -> Double {
    let period = 7 + index * 3
    let place = (second + index * 5) % period
    return 0.85 + 0.3 * Double(min(place, period - place)) / Double(period)
  }

  private func memory(_ box: Box, _ index: Int, _ second: Int) -> Double {
    box.memory * (second >= 60 ? 1 : wave(index, second) * 0.5 + 0.5)
  }

  /// What a rate adds up to until this second.
  private func total(_ rate: KeyPath<Box, Double>, _ box: Box, _ index: Int, _ second: Int) -> Double {
    (0...second).reduce(0) { sum, at in sum + box[keyPath: rate] * (at == 60 ? 1 : wave(index, at)) }
  }

  private func readings(_ box: Box, _ index: Int, _ second: Int) -> [Metric: Reading] {
    let used = UInt64(total(\.cpu, box, index, second) * 1e7)
    let held = UInt64(memory(box, index, second) * Self.mebibyte)
    var readings: [Metric: Reading] = [
      .cpuUsage: .value(used), .cpuUser: .value(used / 4 * 3), .cpuSystem: .value(used / 4),
      .memoryCurrent: .value(held), .memoryAnon: .value(held / 4 * 3), .memoryFile: .value(held / 5),
      .memoryLimit: box.limit.map { .value(UInt64($0 * Self.mebibyte)) } ?? .unlimited,
      .memoryOomKills: .value(0), .ioRead: .value(UInt64(second) * 2048 * UInt64(index)),
      .ioWritten: .value(UInt64(second) * 200_000), .processCount: .value(UInt64(9 + index)),
      .processLimit: .value(512), .pressureCpuSome: .value(UInt64(second) * 3000),
      .pressureMemorySome: .missing(.noPressure), .pressureMemoryFull: .missing(.noPressure),
      .pressureIoSome: .missing(.noPressure), .networkReceived: .value(UInt64(second) * 1_468_006),
      .networkSent: .value(UInt64(second) * 4_089_446),
    ]
    switch box.workload.kind {
    case .container, .pod:
      readings[.memoryInactiveFile] = .value(UInt64(box.inactive * Self.mebibyte))
      readings[.memoryHelpers] = .value(UInt64(box.helpers * Self.mebibyte))
      readings[.memoryHelpersInside] = .value(0)
      readings[.cpuHelpers] = .value(box.helpers > 0 ? UInt64(second) * 1_000_000 : 0)
      readings[.cpuHelpersInside] = .value(0)
      readings[.memoryKernel] = .value(held / 40)
      readings[.cpuWait] = .missing(.onDemand)
      readings[.cpuLimit] = box.cores.map { .value(UInt64($0 * 1e6)) } ?? .unlimited
      readings[.cpuPeriods] = .value(box.cores == nil ? 0 : UInt64(second) * 100)
      readings[.cpuThrottledPeriods] = .value(UInt64(second) * box.throttled)
      readings[.cpuThrottled] = .value(UInt64(second) * box.throttled * 7_000_000)
    case .user:
      readings[.memoryLimit] = .missing(.sharedCgroup)
      for metric in [Metric.memoryHelpers, .memoryHelpersInside, .cpuHelpers, .cpuHelpersInside] {
        readings[metric] = .value(0)
      }
      readings[.cpuWait] = .missing(.onDemand)
      readings[.networkReceived] = .missing(.hostNetwork)
      readings[.networkSent] = .missing(.hostNetwork)
    case .vm:
      readings[.cpuGuest] =
        box.workload.machine?.accelerator == nil ? .missing(.softwareEmulation) : .value(used / 10 * 9)
      readings[.cpuUser] = .value(used / 20)
      readings[.cpuSystem] = .value(used / 20)
      readings[.cpuEmulator] = .value(used / 20)
      readings[.cpuWait] = .value(UInt64(second) * (box.guestUsed == nil ? 10_000_000 : 40_000_000))
      readings[.cpuCount] = .value(2)
      readings[.cpuLimit] = .value(2_000_000)
      readings[.memoryResident] = .value(held)
      readings[.memoryConfigured] = .value(UInt64((box.limit ?? 0) * Self.mebibyte))
      readings[.memoryLimit] = .unlimited
      readings[.memoryGuestUsed] = .missing(.noGuestAgent)
      readings[.memoryKsmSaved] = .missing(.kernelTooOld)
      readings[.memoryKernel] = .missing(.sharedCgroup)
      readings[.cpuPeriods] = .missing(.sharedCgroup)
      readings[.memoryVmm] = .value(UInt64(box.vmm * Self.mebibyte))
      readings[.memoryGuestResident] = .value(held - min(held, UInt64(box.vmm * Self.mebibyte)))
      readings[.memoryHelpers] = .value(0)
      readings[.memoryHelpersInside] = .value(0)
      readings[.cpuHelpers] = .value(0)
      readings[.cpuHelpersInside] = .value(0)
      let given = UInt64((box.limit ?? 0) * Self.mebibyte)
      let told = given - given / 32
      readings[.memoryGuestTotal] = box.guestUsed == nil ? .missing(.noGuestAgent) : .value(told)
      readings[.memoryGuestFree] =
        box.guestUsed.map { .value(told - UInt64($0 * Self.mebibyte)) } ?? .missing(.noGuestAgent)
      readings[.memoryBalloon] = .missing(.noGuestAgent)
    }
    return readings
  }

  /// The screen after a minute of samples and these keys.
  func screen(_ size: Size, settings: Settings = Settings(), seconds: Int = 60, keys: [Key] = []) -> ScreenState {
    var state = ScreenState(size: size, settings: settings)
    state.places = ["docker", "podman", "runc", "qemu"]
    var previous: Sample?
    for second in 0...seconds {
      let sample = sample(at: second)
      _ = reduce(&state, .frame(Frame(previous: previous, current: sample)))
      previous = sample
    }
    for key in keys { _ = reduce(&state, .key(key)) }
    return state
  }
}
