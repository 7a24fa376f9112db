internal import KernelStats
internal import TareModel

extension HypervisorTraits {
  static let firecracker: HypervisorTraits = {
    var traits = HypervisorTraits(processNames: ["firecracker"], runs: FirecrackerSource.isMeant)
    traits.vcpuThreads = [VcpuThreadName(before: "fc_vcpu ")]
    // Its configuration file does.
    traits.isSizedByArguments = false
    traits.console = { _, _, _ in ConsoleFiles(descriptor: 1) }
    traits.hardware = { main, root in
      let words = root.arguments(of: main.pid, keep: FirecrackerArguments.keep) ?? []
      guard let path = FirecrackerArguments(words).config.flatMap({ root.path($0, of: main.pid) }) else {
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
    return traits
  }()
}
