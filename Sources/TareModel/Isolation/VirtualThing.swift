/// One of the five things that virtualization makes a virtual version of, and whether it is virtual here.
public struct VirtualThing: Sendable, Hashable {
  public enum Thing: String, Sendable, Hashable, CaseIterable { case software, memory, storage, data, network }

  public let thing: Thing
  /// Nil where nobody knows.
  public let isVirtual: Bool?
  /// By which mechanism, or why not. Foreign text in it is harmless.
  public let mechanism: String

  /// All five, by rule from what was read.
  public static func all(_ isolation: Isolation, _ workload: Workload, hasMemoryLimit: Bool) -> [VirtualThing] {
    Thing.allCases.map { thing in
      let (isVirtual, mechanism) =
        if let hardware = isolation.hardware {
          ofMachine(thing, hardware)
        } else {
          ofContainer(thing, isolation, workload, hasMemoryLimit)
        }
      return VirtualThing(thing: thing, isVirtual: isVirtual, mechanism: mechanism)
    }
  }

  private static let noData = "none that tare can see"

  // MARK: Containers

  private static func ofContainer(
    _ thing: Thing, _ isolation: Isolation, _ workload: Workload, _ hasMemoryLimit: Bool
  ) -> (Bool?, String) {
    switch thing {
    case .software:
      if workload.runtime == .gvisor { return (true, "gVisor's sentry answers as a Linux kernel") }
      return software(isolation)
    case .memory: return (false, "as any process; \(hasMemoryLimit ? "a limit, no more" : "not even a limit")")
    case .storage: return storage(isolation)
    case .data: return (false, noData)
    case .network: return network(isolation[.network])
    }
  }

  private static func software(_ isolation: Isolation) -> (Bool?, String) {
    switch isolation[.mount] {
    case .host: return (false, "the host's own files and programs")
    case .unknown(let reason): return (nil, reason.explanation)
    case .own, .others:
      guard let files = isolation.rootFiles.value else { return (true, "own file tree, over the host's kernel") }
      return (true, "own file tree: \(Self.words(files)), over the host's kernel")
    }
  }

  private static func storage(_ isolation: Isolation) -> (Bool?, String) {
    if isolation[.mount] == .host { return (false, "the host's file systems") }
    guard let files = isolation.rootFiles.value else { return (nil, isolation.rootFiles.explanation ?? "") }
    let folders = isolation.hostFolders.value ?? []
    let host = folders.filter { $0.volume == nil }.map { $0.path.harmless }
    let also = host.isEmpty ? "" : "; \(Self.list(host, most: 3)) \(host.count == 1 ? "is" : "are") the host's"
    if files.type == "overlay" { return (true, "\(words(files))\(also)") }
    if let folder = files.hostFolder {
      return (false, "folder \(folder.harmless) of the host's \(files.type.harmless)\(also)")
    }
    return (true, "a file system of its own: \(files.type.harmless)\(also)")
  }

  private static func network(_ sharing: Namespace.Sharing) -> (Bool?, String) {
    switch sharing {
    case .own: (true, "own interfaces, addresses and ports: a network namespace")
    case .host: (false, "the host's interfaces, addresses and ports")
    case .others(let names): (true, "one network namespace with \(list(names.map(\.harmless), most: 3))")
    case .unknown(let reason): (nil, reason.explanation)
    }
  }

  /// `overlayfs, 7 layers`
  static func words(_ files: RootFiles) -> String {
    guard files.type == "overlay" else { return files.type.harmless }
    return "overlayfs" + (files.layers.map { ", \($0) layer\($0 == 1 ? "" : "s")" } ?? "")
  }

  static func list(_ names: [String], most: Int) -> String {
    let more = names.count - most
    return names.prefix(most).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  // MARK: Machines

  private static func ofMachine(_ thing: Thing, _ hardware: VirtualHardware) -> (Bool?, String) {
    switch thing {
    case .software: (true, "a whole computer with a kernel of its own: \(processor(hardware.accelerator))")
    case .memory: memory(hardware.accelerator)
    case .storage: storage(hardware)
    case .data: (false, noData)
    case .network: network(hardware)
    }
  }

  private static func processor(_ accelerator: Workload.Accelerator?) -> String {
    switch accelerator {
    case .kvm: "its instructions run on the processor, guarded by KVM"
    case .tcg: "TCG translates its instructions"
    case .uml: "a process of the host, no hardware"
    case .vbox: "guarded by VirtualBox's driver"
    case nil: "its accelerator may not be seen"
    }
  }

  private static func memory(_ accelerator: Workload.Accelerator?) -> (Bool?, String) {
    switch accelerator {
    case .kvm, .vbox: (true, "addresses of its own; second-level page tables lead to the VMM's memory")
    case .tcg: (true, "addresses of its own; a table in software leads to the VMM's memory")
    case .uml: (true, "a file of the host stands for its RAM")
    case nil: (true, "addresses of its own, in the VMM's memory")
    }
  }

  private static func storage(_ hardware: VirtualHardware) -> (Bool?, String) {
    guard let disks = hardware.disks.value else { return (nil, hardware.disks.explanation ?? "") }
    guard let first = disks.first else { return (false, "it has no disk; what it has is in its memory") }
    let more = disks.count > 1 ? " and \(disks.count - 1) more" : ""
    return (
      true, "\(first.format.map { "\($0.harmless) image" } ?? "image") \(first.path.harmless)\(more) stands for a disk"
    )
  }

  private static func network(_ hardware: VirtualHardware) -> (Bool?, String) {
    guard let cards = hardware.cards.value else { return (nil, hardware.cards.explanation ?? "") }
    guard let first = cards.first else { return (false, "it has no network card") }
    return (true, "\(first.words)\(cards.count > 1 ? " and \(cards.count - 1) more" : "")")
  }
}

extension VirtualHardware.Card {
  /// `virtio-net-pci over tap vnet0`
  var words: String { "\(model?.harmless ?? "the usual card") over \(backend.harmless)" }
}
