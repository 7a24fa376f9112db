internal import KernelStats
internal import TareModel

/// crosvm: ChromeOS', Android's and others' VMM, whose devices are processes of their own.
struct CrosvmSource: WorkloadSource {
  let name = "crosvm"
  let places = ["programs called crosvm"]
  let guide = SourceGuide(
    finds: "crosvm's machines",
    by: "the program that the process runs: crosvm, with the word `run`",
    names: "`--name`, first disk",
    start: "first run of a virtual CPU; serial line",
    ranWith: nil)

  func find(in census: Census) -> [Finding] {
    let processes = census.vmms(called: "crosvm", running: Self.isMeant)
    let pids = Set(processes.map(\.pid))
    return processes.filter { process in
      !pids.contains(process.parent)
        && census.arguments(of: process, keep: CrosvmArguments.keep).map(CrosvmArguments.init)?.runs == true
    }.map { census.machine($0, .crosvm, helpers: helpers(of: $0, census)) }
  }

  static func isMeant(_ program: String) -> Bool { program == "crosvm" }

  /// Its devices, each in a sandbox.
  private func helpers(of main: Process, _ census: Census) -> [Int32] {
    census.processes.children(of: main.pid).map(\.pid)
  }

  func describe(_ finding: Finding, in census: Census) -> Description {
    let main = finding.main
    let arguments = CrosvmArguments(census.arguments(of: main, keep: CrosvmArguments.keep) ?? [])
    let descriptors = KvmDescriptors(of: main.pid, census.root)
    var machine = MachineDescription()
    machine.accelerator = .kvm
    machine.vcpus = arguments.vcpus
    machine.memory = arguments.memory
    machine.taps = descriptors.flatMap { $0.taps.isEmpty ? nil : $0.taps } ?? arguments.taps
    var description = finding.described(
      as: arguments.name ?? "crosvm-\(main.pid)", machine, disks: arguments.disks, helpers: helpers(of: main, census),
      in: census)
    description.start = arguments.start
    return description
  }
}

/// What `crosvm run` was told. From crosvm's book and `src/crosvm/cmdline.rs`.
struct CrosvmArguments: Hashable {
  private(set) var runs = false
  private(set) var name: String?
  private(set) var vcpus: UInt64 = 1
  /// Guest RAM, bytes.
  private(set) var memory: UInt64 = 256 << 20
  private(set) var disks: [String] = []
  private(set) var taps: [String] = []
  /// Files that get what a serial line says.
  private(set) var consoles: [String] = []
  private(set) var start = BootTimeline.Kind.boot

  private static let flags: [String: (to: String, keys: Set<String>)] = [
    "--name": ("name", []), "--cpus": ("cpus", ["num-cores"]), "-c": ("cpus", ["num-cores"]),
    "--mem": ("mem", ["size"]), "-m": ("mem", ["size"]), "--block": ("disk", ["path"]), "-b": ("disk", ["path"]),
    "--root": ("disk", ["path"]), "--rwroot": ("disk", ["path"]), "--disk": ("disk", ["path"]),
    "--rwdisk": ("disk", ["path"]), "--tap-name": ("tap", []), "--net": ("net", ["tap-name"]),
    "--serial": ("serial", ["type", "path"]), "--restore": ("restore", []),
  ]

  init(_ arguments: [String]) {
    for (flag, value) in Self.pairs(arguments) {
      let options = QemuOptions(value)
      switch Self.flags[flag]?.to {
      case "name": name = value
      case "cpus": vcpus = (options["num-cores"] ?? options.first).flatMap { UInt64($0) } ?? vcpus
      case "mem":
        if let mebibytes = (options["size"] ?? options.first).flatMap({ UInt64($0) }), mebibytes < 1 << 40 {
          memory = mebibytes << 20
        }
      case "disk": disks += [options["path"] ?? options.first].compactMap { $0 }
      case "tap": taps.append(value)
      case "net": taps += [options["tap-name"]].compactMap { $0 }
      case "serial": if options["type"] == "file" { consoles += [options["path"]].compactMap { $0 } }
      case "restore": start = .restored
      default: break
      }
    }
    runs = arguments.dropFirst().contains { $0 == "run" || $0 == "run-mp" }
  }

  static func keep(_ arguments: [String]) -> [String] {
    pairs(arguments).reduce(into: arguments.prefix(1) + arguments.dropFirst().filter { $0 == "run" || $0 == "run-mp" })
    {
      kept, pair in
      guard let flag = flags[pair.flag] else { return }
      let value = flag.to == "restore" ? "snapshot" : pair.value
      kept += [pair.flag, flag.keys.isEmpty ? value : QemuOptions(value).kept(flag.keys)]
    }
  }

  /// `--flag value` and `--flag=value`.
  private static func pairs(_ arguments: [String]) -> [(flag: String, value: String)] {
    var pairs: [(flag: String, value: String)] = []
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      if flags[argument] != nil, let value = rest.popFirst() {
        pairs.append((argument, value))
      } else if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
        pairs.append((String(argument[..<equals]), String(argument[argument.index(after: equals)...])))
      }
    }
    return pairs
  }
}
