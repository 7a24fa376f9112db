internal import KernelStats
internal import TareModel

/// What computer a VMM shows to its guest: by its arguments and its configuration, and the sizes of the files that they name.
struct HardwareReader {
  let root: KernelRoot

  func read(_ row: Discovery.Row) -> VirtualHardware {
    let (main, machine) = (row.finding.main, row.description.machine)
    var hardware = arguments(row)
    hardware.accelerator = machine?.accelerator ?? row.workload.machine?.accelerator
    if let vcpus = machine?.vcpus { hardware.vcpus = .known(vcpus) }
    if let memory = machine?.memory { hardware.memory = .known(memory) }
    measure(&hardware, main.pid)
    return hardware
  }

  private func arguments(_ row: Discovery.Row) -> VirtualHardware {
    let main = row.finding.main
    switch row.workload.runtime {
    case .qemu, .libvirt, .proxmox: return qemu(main)
    case .firecracker: return firecracker(main)
    case .cloudHypervisor: return cloudHypervisor(main)
    case .crosvm, .uml: return simple(row, why: "tare does not read it of \(row.workload.runtime.rawValue)")
    case .kata, .incus:
      // Whatever VMM it has: these two are told by their names.
      if main.comm.hasPrefix("qemu") || main.comm == "kvm" { return qemu(main) }
      return main.comm.hasPrefix("cloud-hyperviso") ? cloudHypervisor(main) : simple(row, why: nil)
    default: return simple(row, why: "its VMM keeps it to itself")
    }
  }

  private func qemu(_ main: Process) -> VirtualHardware {
    guard let words = root.arguments(of: main.pid, keep: QemuArguments.keep) else {
      return VirtualHardware(nil, unknown: .noPermission)
    }
    let found = QemuHardware(words)
    var hardware = VirtualHardware(nil, unknown: .notReported)
    hardware.machineType = .known(QemuArguments(words).machineType ?? "QEMU's usual one")
    hardware.backing = .known(found.backing)
    hardware.balloon = .known(found.hasBalloon)
    hardware.disks = .known(found.disks)
    hardware.kernel = .known([found.kernel, found.initrd].compactMap { $0 }.map { VirtualHardware.Image(path: $0) })
    hardware.cards = .known(found.cards)
    hardware.confidential = .known(found.confidential)
    return hardware
  }

  private func cloudHypervisor(_ main: Process) -> VirtualHardware {
    let words = root.arguments(of: main.pid, keep: CloudHypervisorArguments.keep) ?? []
    let found = CloudHypervisorArguments(words)
    guard found.kernel != nil else {
      return VirtualHardware(nil, unknown: .notReported, why: "it was told over its socket")
    }
    var hardware = VirtualHardware(nil, unknown: .notReported)
    hardware.machineType = .unknown(.notApplicable)
    // Its RAM is always a memfd, or memory that nobody else has.
    hardware.backing = .known(
      VirtualHardware.Backing(
        found.isShared || found.isHuge ? .memfd : .anonymous, isShared: found.isShared, isHuge: found.isHuge))
    hardware.balloon = .known(found.hasBalloon)
    hardware.disks = .known(
      found.disks.map { VirtualHardware.Image(path: $0, isReadOnly: found.readOnlyDisks.contains($0)) })
    hardware.kernel = .known([found.kernel, found.initramfs].compactMap { $0 }.map { VirtualHardware.Image(path: $0) })
    hardware.cards = .known(found.taps.map { VirtualHardware.Card(model: "virtio-net", backend: "tap \($0)") })
    hardware.confidential = .known(found.confidential)
    return hardware
  }

  private func firecracker(_ main: Process) -> VirtualHardware {
    let words = root.arguments(of: main.pid, keep: FirecrackerArguments.keep) ?? []
    guard let path = FirecrackerArguments(words).config.flatMap({ absolute($0, main.pid) }) else {
      return VirtualHardware(nil, unknown: .notReported, why: "it was told over its socket")
    }
    guard root.sharesOurFiles(main.pid), let owner = root.user(of: main.pid),
      let config = try? root.state(path, owner: owner, as: FirecrackerConfig.self)
    else { return VirtualHardware(nil, unknown: .noPermission, why: "its configuration file may not be read") }
    var hardware = VirtualHardware(nil, unknown: .notReported)
    hardware.machineType = .unknown(.notApplicable)
    hardware.backing = .known(VirtualHardware.Backing(.anonymous, isHuge: config.machine?.hugePages == "2M"))
    hardware.balloon = .known(config.balloon != nil)
    hardware.disks = .known(
      (config.drives ?? []).prefix(64).compactMap { drive in
        drive.path.map { VirtualHardware.Image(path: $0, isReadOnly: drive.isReadOnly ?? false) }
      })
    hardware.kernel = .known(
      [config.source?.kernel, config.source?.initrd].compactMap { $0 }.map { VirtualHardware.Image(path: $0) })
    hardware.cards = .known(
      (config.interfaces ?? []).prefix(64).compactMap { card in
        card.tap.map { VirtualHardware.Card(model: "virtio-net", backend: "tap \($0)") }
      })
    hardware.confidential = .known([])
    return hardware
  }

  /// Disks by their names alone.
  private func simple(_ row: Discovery.Row, why: String?) -> VirtualHardware {
    var hardware = VirtualHardware(nil, unknown: .notReported, why: why)
    let disks = row.workload.machine?.disks ?? []
    if !disks.isEmpty { hardware.disks = .known(disks.prefix(64).map { VirtualHardware.Image(path: $0) }) }
    return hardware
  }

  // MARK: Sizes

  /// Only files in mounts of the host's, or in others that root gave the VMM, and that nobody but root and its user may change.
  private func measure(_ hardware: inout VirtualHardware, _ pid: Int32) {
    let files = ProcessFiles(of: pid, root)
    var number = 0
    func measured(_ images: [VirtualHardware.Image]) -> [VirtualHardware.Image] {
      images.map { image in
        number += 1
        var image = image
        image.size = size(of: image, pid, number, files)
        return image
      }
    }
    if case .known(let disks) = hardware.disks { hardware.disks = .known(measured(disks)) }
    if case .known(let files) = hardware.kernel { hardware.kernel = .known(measured(files)) }
  }

  private func size(of image: VirtualHardware.Image, _ pid: Int32, _ number: Int, _ files: ProcessFiles?)
    -> Fact<VirtualHardware.Size>
  {
    guard let files, let path = root.isLive ? absolute(image.path, pid) : image.path else {
      return .unknown(.noPermission, why: "its mounts are a user's own, or may not be seen")
    }
    do throws(KernelError) {
      let extent = try root.extent(of: path, files, kept: "/proc/\(pid)/extent/\(number)")
      return .known(VirtualHardware.Size(allocated: extent.allocated, virtual: extent.virtual))
    } catch {
      if case .untrusted(_, let why) = error { return .unknown(.noPermission, why: why) }
      return .unknown(error.reason)
    }
  }

  private func absolute(_ path: String, _ pid: Int32) -> String? {
    if path.hasPrefix("/") { return path }
    return (try? root.link("/proc/\(pid)/cwd", kept: { _ in false })).map { "\($0)/\(path)" }
  }
}
