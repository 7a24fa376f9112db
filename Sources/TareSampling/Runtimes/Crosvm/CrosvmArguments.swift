internal import TareModel

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
