internal import FoundationEssentials
internal import TareModel

/// What a QEMU command line says of its VM. From qemu(1). Unknown options are skipped; nothing here is more than a claim.
struct QemuArguments: Hashable {
  private(set) var name: String?
  private(set) var uuid: String?
  /// Guest RAM, bytes.
  private(set) var memory: UInt64 = 128 << 20
  private(set) var vcpus: UInt64 = 1
  /// In the order in which QEMU tries them.
  private(set) var accelerators: [String] = []
  private(set) var disks: [String] = []
  /// Images of the firmware and its variables.
  private(set) var firmware: [String] = []
  private(set) var taps: [String] = []
  /// Sockets of helpers such as virtiofsd and swtpm.
  private(set) var sockets: [String] = []
  private(set) var machineType: String?
  /// Files that get what a serial line says, as written.
  private(set) var serialLogs: [String] = []
  /// One of these files keeps what earlier machines said.
  private(set) var appends = false
  /// Whether the machine is made to take up what another left: a stream, or a snapshot in its disk.
  private(set) var start = BootTimeline.Kind.boot
  /// The machine does not run before somebody lets it: told so over its monitor, or a client of a socket that waits for one.
  private(set) var startsHalted = false
  /// Who manages it, and does not want others at its sockets: libvirt, Proxmox VE.
  private(set) var manager: String?
  /// The number that Proxmox VE gave it.
  private(set) var number: String?
  /// Sockets by the id of their character device.
  private(set) var listeners: [String: Listener] = [:]
  /// Monitors that speak QEMU's machine protocol.
  private(set) var monitors: [MonitorPlace] = []
  /// Whoever started it left descriptors with it (`-add-fd`).
  private(set) var holdsDescriptors = false
  /// The character device of the guest agent's port.
  private var agentDevice: String?

  struct Listener: Hashable {
    var path: String
    /// QEMU listens itself, and does not wait for a client before it starts the machine.
    var isOpen: Bool

    init(_ path: String, _ options: QemuOptions) {
      self.path = path
      isOpen = options["server"] == "on" && options["wait"] == "off"
    }
  }

  /// Options that are read: what a capture keeps of the command line.
  static let flags: Set<String> = [
    "name", "uuid", "m", "smp", "accel", "enable-kvm", "machine", "M", "drive", "blockdev", "hda", "hdb", "hdc", "hdd",
    "cdrom", "netdev", "chardev", "serial", "incoming", "loadvm",
    "id", "loadstate", "S", "preconfig", "kernel", "initrd", "device", "nic", "net", "object", "mem-path",
    "mem-prealloc", "balloon",
    "nodefaults", "numa",
  ]

  /// Options whose value is one path or number.
  private static let plain: Set<String> = [
    "uuid", "hda", "hdb", "hdc", "hdd", "cdrom", "serial", "id", "kernel", "initrd", "mem-path",
  ]
  /// Keys of the other options that are read: the rest may be secrets.
  private static let keys: Set<String> = [
    "guest", "debug-threads", "size", "cpus", "maxcpus", "sockets", "dies", "clusters", "modules", "cores", "threads",
    "accel", "type", "file", "if", "filename", "file.filename", "ifname", "path",
    "backend", "logfile", "append", "logappend", "id",
    "driver", "netdev", "model", "format", "node-name", "readonly", "read-only", "media", "qom-type", "share",
    "hugetlb", "mem-path", "memory-backend", "memory-encryption", "confidential-guest-support", "memdev",
  ]

  init(_ arguments: [String]) {
    for (flag, value) in Self.pairs(arguments) { read(flag, value) }
    if accelerators.isEmpty { accelerators = ["tcg"] }
  }

  static func keep(_ arguments: [String]) -> [String] {
    let words = pairs(arguments).reduce(into: Array(arguments.prefix(1))) { kept, pair in
      guard flags.contains(pair.flag), QemuHardware.mayKeep(pair.flag, pair.value) else { return }
      let value = pair.value.map { value in
        switch pair.flag {
        // Where it comes from may be a command with secrets; how it comes is enough.
        case "incoming": String(value.prefix { $0.isLetter })
        case "loadvm", "loadstate": "snapshot"
        default: plain.contains(pair.flag) ? value : QemuOptions(value).kept(keys)
        }
      }
      kept += ["-\(pair.flag)"] + [value].compactMap { $0 }
    }
    // What holds it up may be an option that is not kept.
    return QemuArguments(arguments).startsHalted && !QemuArguments(words).startsHalted ? words + ["-S"] : words
  }

  private mutating func read(_ flag: String, _ value: String?) {
    if flag == "enable-kvm" { accelerators.append("kvm") }
    if flag == "S" || flag == "preconfig" { startsHalted = true }
    guard let value else { return }
    let options = QemuOptions(value)
    if Self.waits(flag, options) { startsHalted = true }
    switch flag {
    // Of several the last one that has a name.
    case "name": name = options["guest"] ?? options.first ?? name
    case "uuid": uuid = value
    case "m": memory = QemuOptions.size(options["size"] ?? options.first) ?? memory
    case "smp": vcpus = Self.cpus(options) ?? vcpus
    case "accel": accelerators += [options["accel"] ?? options.first].compactMap { $0 }
    case "machine", "M":
      machineType = options["type"] ?? options.first ?? machineType
      accelerators += options["accel"]?.split(separator: ":").map(String.init) ?? []
    case "drive": addDisk(options["file"], isFirmware: options["if"] == "pflash")
    case "blockdev":
      let file = options["filename"] ?? options["file.filename"]
      addDisk(file, isFirmware: file?.hasSuffix(".fd") == true)
    case "hda", "hdb", "hdc", "hdd", "cdrom": disks.append(value)
    case "netdev": if (options["type"] ?? options.first) == "tap" { taps += [options["ifname"]].compactMap { $0 } }
    case "chardev":
      appends = appends || options["append"] == "on" || options["logappend"] == "on"
      if options.first == "file" || options["backend"] == "file" {
        serialLogs += [options["path"]].compactMap { $0 }
      } else {
        sockets += [options["path"]].compactMap { $0 }
      }
      serialLogs += [options["logfile"]].compactMap { $0 }
      listen(options, path: options["path"])
    case "device": attach(options)
    case "add-fd": holdsDescriptors = true
    case "qmp", "qmp-pretty", "mon": monitors += [MonitorPlace(flag, options)].compactMap { $0 }
    case "loadvm", "loadstate": start = .restored
    // `file:` and `exec:` read what was saved; libvirt hands over a descriptor for both.
    case "incoming": start = value.hasPrefix("file") || value.hasPrefix("exec") ? .restored : .migrated
    case "id":
      manager = manager ?? "Proxmox VE"
      number = value
    case "serial": if value.hasPrefix("file:") { serialLogs.append(String(value.dropFirst(5))) }
    default: break
    }
  }

  // MARK: Guest agent

  /// Where its guest agent may be asked by a client that comes and goes.
  var agent: (path: String?, obstacle: String?) {
    if let manager { return (nil, "it is managed by \(manager)") }
    guard let agentDevice else { return (nil, "its arguments have no port org.qemu.guest_agent.0") }
    guard let listener = listeners[agentDevice] else { return (nil, "its agent's port leads to no socket") }
    // Connecting to one that waits would start the machine.
    guard listener.isOpen else { return (nil, "its agent's socket is without server=on,wait=off") }
    return (listener.path, nil)
  }

  private mutating func listen(_ options: QemuOptions, path: String?) {
    if options["id"] == "charmonitor" { manager = "libvirt" }
    guard let path else { return }
    manager = Self.manager(of: path) ?? manager
    guard options.first == "socket" || options["backend"] == "socket", let id = options["id"] else { return }
    listeners[id] = Listener(path, options)
  }

  /// Whose folder a socket is in.
  static func manager(of path: String) -> String? {
    path.contains("/libvirt/") ? "libvirt" : path.contains("/qemu-server/") ? "Proxmox VE" : nil
  }

  private mutating func attach(_ options: QemuOptions) {
    guard (options.first ?? options["driver"]) == "virtserialport", options["name"] == "org.qemu.guest_agent.0" else {
      return
    }
    agentDevice = options["chardev"]
  }

  private mutating func addDisk(_ file: String?, isFirmware: Bool) {
    guard let file else { return }
    if isFirmware { firmware.append(file) } else { disks.append(file) }
  }

  /// `-smp 4`, `-smp cpus=4`, `-smp sockets=2,cores=2,threads=1`; without a count there are as many as can be.
  private static func cpus(_ options: QemuOptions) -> UInt64? {
    if let count = (options["cpus"] ?? options.first ?? options["maxcpus"]).flatMap({ UInt64($0) }) { return count }
    let parts = ["sockets", "dies", "clusters", "modules", "cores", "threads"].map {
      options[$0].flatMap { UInt64($0) } ?? 1
    }
    return parts.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
  }
}

/// `first,key=value,…` of a QEMU option; a doubled comma stands for one. Or a JSON object, as libvirt writes it.
struct QemuOptions {
  /// The value of the key that is left out at the beginning.
  private(set) var first: String?
  private var values: [String: String] = [:]
  /// Words without a value behind it: an older way to write on and off.
  private(set) var words: Set<String> = []

  init(_ text: String) {
    if text.hasPrefix("{") {
      let fields = try? JSONDecoder().decode([String: JSONField].self, from: Data(text.utf8))
      values = (fields ?? [:]).compactMapValues(\.text).withoutSecrets
      return
    }
    var rest = Substring(text).unicodeScalars
    var isFirst = true
    while !rest.isEmpty {
      let end = rest.firstIndex { $0 == "=" || $0 == "," }
      if let end, rest[end] == "=" {
        let key = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        values[key] = Self.takeValue(&rest)
      } else if isFirst {
        first = Self.takeValue(&rest)
      } else {
        words.insert(String(rest.prefix { $0 != "," }))
        rest = rest.drop { $0 != "," }.dropFirst()
      }
      isFirst = false
    }
  }

  subscript(key: String) -> String? { values[key] }

  /// The option again, with these keys only.
  func kept(_ keys: Set<String>) -> String {
    func escaped(_ text: String) -> String {
      text.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false).map(String.init).joined(
        separator: ",,")
    }
    let pairs = values.filter { keys.contains($0.key) }.sorted { $0.key < $1.key }
    return ([first.map(escaped)].compactMap { $0 } + pairs.map { "\($0.key)=\(escaped($0.value))" })
      .joined(separator: ",")
  }

  /// A text, or what is true or false as other options write it; anything else is not read.
  private struct JSONField: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      text = (try? value.decode(String.self)) ?? (try? value.decode(Bool.self)).map { $0 ? "on" : "off" }
    }
  }

  /// Until the next comma that is not doubled, and that comma.
  private static func takeValue(_ rest: inout Substring.UnicodeScalarView) -> String {
    var value = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "," {
        guard rest.first == "," else { break }
        rest.removeFirst()
      }
      value.append(scalar)
    }
    return String(value)
  }

  /// `1024` is MiB; K, M, G, T are binary.
  static func size(_ text: String?) -> UInt64? {
    guard let text, let last = text.last else { return nil }
    let shifts: [Character: UInt64] = ["b": 0, "k": 10, "m": 20, "g": 30, "t": 40]
    let shift = shifts[Character(last.lowercased())]
    guard let number = Double(shift == nil ? text : String(text.dropLast())), number >= 0 else { return nil }
    let bytes = number * Double(UInt64(1) << (shift ?? 20))
    return bytes < 1e18 ? UInt64(bytes) : nil
  }
}
