internal import TareModel

/// The computer that a QEMU command line describes. From qemu(1). Unknown options are skipped.
struct QemuHardware: Hashable {
  private(set) var disks: [VirtualHardware.Image] = []
  private(set) var cards: [VirtualHardware.Card] = []
  private(set) var kernel: String?
  private(set) var initrd: String?
  private(set) var hasBalloon = false
  private(set) var confidential: [String] = []
  /// Of one kind for all of the guest's RAM: QEMU's own rule where nothing is said.
  private(set) var backing = VirtualHardware.Backing(.anonymous)

  private var backends: [String: VirtualHardware.Backing] = [:]
  private var backendNames: [String] = []
  /// Formats of `-blockdev` nodes, by the node with the file below.
  private var formats: [String: String] = [:]
  private var nodes: [(name: String, place: Int)] = []
  private var networks: [(id: String, backend: String)] = []
  private var models: [String: String] = [:]
  private var isBare = false
  private var hasNetwork = false

  /// Kinds of objects that are read. Others hold secrets.
  private static let objects: [String: String] = [
    "memory-backend-ram": "", "memory-backend-memfd": "", "memory-backend-file": "", "sev-guest": "sev",
    "sev-snp-guest": "sev-snp", "tdx-guest": "tdx",
  ]

  /// Whether a capture may have this option at all.
  static func mayKeep(_ flag: String, _ value: String?) -> Bool {
    guard flag == "object" else { return true }
    let options = QemuOptions(value ?? "")
    return objects[options["qom-type"] ?? options.first ?? ""] != nil
  }

  init(_ arguments: [String]) {
    for (flag, value) in QemuArguments.pairs(arguments) { read(flag, value) }
    for (name, place) in nodes { disks[place].format = formats[name] }
    for (id, backend) in networks { cards.append(VirtualHardware.Card(model: models[id], backend: backend)) }
    // One that is told nothing of a network has a card, unless it is told to have nothing that it was not told of.
    if !hasNetwork, !isBare { cards.append(VirtualHardware.Card(model: nil, backend: "user")) }
    if let chosen = backendNames.lazy.compactMap({ [backends] in backends[$0] }).first { backing = chosen }
  }

  static func == (one: QemuHardware, other: QemuHardware) -> Bool {
    one.disks == other.disks && one.cards == other.cards && one.kernel == other.kernel && one.initrd == other.initrd
      && one.hasBalloon == other.hasBalloon && one.confidential == other.confidential && one.backing == other.backing
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(disks)
    hasher.combine(cards)
  }

  private mutating func read(_ flag: String, _ value: String?) {
    if flag == "nodefaults" { isBare = true }
    guard let value else { return }
    let options = QemuOptions(value)
    switch flag {
    case "kernel": kernel = value
    case "initrd": initrd = value
    case "hda", "hdb", "hdc", "hdd": add(value)
    case "cdrom": add(value, isReadOnly: true)
    case "drive": readDrive(options)
    case "blockdev": readNode(options)
    case "netdev", "nic", "net": readNetwork(flag, options)
    case "device": readDevice(options)
    case "object": readObject(options)
    case "balloon": hasBalloon = hasBalloon || options.first == "virtio"
    case "mem-path": backing = Self.file(value, isShared: false)
    case "numa": backendNames += [options["memdev"]].compactMap { $0 }
    case "machine", "M": backendNames += [options["memory-backend"]].compactMap { $0 }
    default: break
    }
  }

  // MARK: Disks

  private mutating func add(_ path: String?, format: String? = nil, isReadOnly: Bool = false) {
    guard let path, disks.count < 64 else { return }
    disks.append(VirtualHardware.Image(path: path, format: format, isReadOnly: isReadOnly))
  }

  private mutating func readDrive(_ options: QemuOptions) {
    guard options["if"] != "pflash" else { return }
    let isReadOnly = ["readonly", "read-only"].contains { options[$0] == "on" } || options["media"] == "cdrom"
    add(options["file"], format: options["format"], isReadOnly: isReadOnly)
  }

  /// A node with a file, or one that gives the file below it a format.
  private mutating func readNode(_ options: QemuOptions) {
    let isReadOnly = options["read-only"] == "on"
    if let file = options["file.filename"] {
      add(file, format: options["driver"], isReadOnly: isReadOnly)
    } else if let file = options["filename"], !file.hasSuffix(".fd") {
      let place = disks.count
      add(file, isReadOnly: isReadOnly)
      if let name = options["node-name"], disks.count > place { nodes.append((name, place)) }
    } else if let below = options["file"], let driver = options["driver"] ?? options.first {
      formats[below] = driver
    }
  }

  // MARK: Network

  private mutating func readNetwork(_ flag: String, _ options: QemuOptions) {
    hasNetwork = true
    let type = options["type"] ?? options.first ?? "?"
    guard type != "none", networks.count + cards.count < 64 else { return }
    let backend = [type, options["ifname"]].compactMap { $0 }.joined(separator: " ")
    switch flag {
    case "netdev": networks.append((options["id"] ?? "", backend))
    case "nic": cards.append(VirtualHardware.Card(model: options["model"], backend: backend))
    // The old form: the card and what it leads to meet at a hub.
    default: if type == "nic" { cards.append(VirtualHardware.Card(model: options["model"], backend: "hub")) }
    }
  }

  private mutating func readDevice(_ options: QemuOptions) {
    guard let driver = options.first ?? options["driver"] else { return }
    if driver.hasPrefix("virtio-balloon") { hasBalloon = true }
    if let network = options["netdev"] { models[network] = driver }
  }

  // MARK: Memory

  private mutating func readObject(_ options: QemuOptions) {
    guard let type = options["qom-type"] ?? options.first, let kind = Self.objects[type] else { return }
    if !kind.isEmpty { return confidential.append(kind) }
    guard let id = options["id"] else { return }
    let share = options["share"].map { $0 == "on" }
    backends[id] =
      switch type {
      case "memory-backend-file": Self.file(options["mem-path"] ?? "", isShared: share ?? false)
      case "memory-backend-memfd":
        VirtualHardware.Backing(.memfd, isShared: share ?? true, isHuge: options["hugetlb"] == "on")
      default: VirtualHardware.Backing(.anonymous, isShared: share ?? false)
      }
  }

  /// Where hugetlbfs is usually mounted, a file is of huge pages.
  private static func file(_ path: String, isShared: Bool) -> VirtualHardware.Backing {
    VirtualHardware.Backing(.file, isShared: isShared, isHuge: path.contains("/hugepages"), path: path)
  }
}
