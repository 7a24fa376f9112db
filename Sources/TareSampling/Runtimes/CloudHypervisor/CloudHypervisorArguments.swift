internal import TareModel

/// What a Cloud Hypervisor command line says. From its `docs/` and `cloud-hypervisor/src/main.rs`. An option may have
/// several values, each `key=value,…`.
struct CloudHypervisorArguments: Hashable {
  /// Guest RAM, bytes.
  private(set) var memory: UInt64 = 512 << 20
  private(set) var vcpus: UInt64 = 1
  private(set) var disks: [String] = []
  private(set) var kernel: String?
  private(set) var initramfs: String?
  private(set) var readOnlyDisks: Set<String> = []
  private(set) var isShared = false
  private(set) var isHuge = false
  private(set) var hasBalloon = false
  private(set) var confidential: [String] = []
  private(set) var taps: [String] = []
  /// Files that get what the guest says on its serial line or console.
  private(set) var consoles: [String] = []
  private(set) var events: String?
  private(set) var log: String?
  private(set) var socket: String?
  private(set) var start = BootTimeline.Kind.boot

  /// Options whose value is one path, and those of which these keys are read.
  private static let plain: Set<String> = ["kernel", "firmware", "log-file", "initramfs"]
  private static let keys: [String: Set<String>] = [
    "cpus": ["boot"], "memory": ["size", "shared", "hugepages"], "memory-zone": ["size", "shared", "hugepages"],
    "disk": ["path", "readonly"], "net": ["tap"], "balloon": ["size"], "platform": ["tdx", "sev_snp"],
    "serial": ["file"], "console": ["file"], "event-monitor": ["path"], "api-socket": ["path"], "restore": [],
  ]

  init(_ arguments: [String]) {
    var zones: UInt64?
    for (flag, value) in Self.pairs(arguments) {
      let options = QemuOptions(value)
      switch flag {
      case "cpus": vcpus = (options["boot"] ?? options.first).flatMap { UInt64($0) } ?? vcpus
      case "memory":
        memory = Self.size(options["size"]) ?? memory
        readBacking(options)
      case "memory-zone":
        zones = (zones ?? 0).saturating(plus: Self.size(options["size"]) ?? 0)
        readBacking(options)
      case "balloon": hasBalloon = true
      case "platform":
        confidential += [("tdx", "tdx"), ("sev_snp", "sev-snp")].filter { options[$0.0] == "on" }.map(\.1)
      case "disk":
        disks += [options["path"]].compactMap { $0 }
        if options["readonly"] == "on", let path = options["path"] { readOnlyDisks.insert(path) }
      case "net": taps += [options["tap"]].compactMap { $0 }
      case "serial", "console": consoles += [options["file"]].compactMap { $0 }
      case "event-monitor": events = options["path"]
      case "api-socket": socket = options["path"] ?? options.first
      case "kernel", "firmware": kernel = value
      case "initramfs": initramfs = value
      case "log-file": log = value
      case "restore": start = .restored
      default: break
      }
    }
    memory.add(saturating: zones ?? 0)
  }

  private mutating func readBacking(_ options: QemuOptions) {
    isShared = isShared || options["shared"] == "on"
    isHuge = isHuge || options["hugepages"] == "on"
  }

  static func keep(_ arguments: [String]) -> [String] {
    pairs(arguments).reduce(into: Array(arguments.prefix(1))) { kept, pair in
      if plain.contains(pair.flag) {
        kept += ["--\(pair.flag)", pair.value]
      } else if let keys = keys[pair.flag] {
        kept += ["--\(pair.flag)", QemuOptions(pair.value).kept(keys)]
      }
    }
  }

  private static func pairs(_ arguments: [String]) -> [(flag: String, value: String)] {
    var pairs: [(flag: String, value: String)] = []
    var flag: String?
    for argument in arguments.dropFirst() {
      if argument.hasPrefix("-") {
        let name = argument.drop { $0 == "-" }
        // `--cpus=boot=2` is `--cpus boot=2`.
        flag = name.split(separator: "=", maxSplits: 1).first.map(String.init)
        if let value = name.split(separator: "=", maxSplits: 1).dropFirst().first, let flag {
          pairs.append((flag, String(value)))
        }
      } else if let flag {
        pairs.append((flag, argument))
      }
    }
    return pairs
  }

  /// Bytes without a unit, unlike QEMU's.
  private static func size(_ text: String?) -> UInt64? {
    text.flatMap { UInt64($0) } ?? QemuOptions.size(text)
  }
}
