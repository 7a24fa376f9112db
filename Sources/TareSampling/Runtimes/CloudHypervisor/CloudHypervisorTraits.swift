internal import KernelStats
internal import TareModel

extension HypervisorTraits {
  static let cloudHypervisor: HypervisorTraits = {
    var traits = HypervisorTraits(processNames: ["cloud-hyperviso"], runs: CloudHypervisorSource.isMeant)
    traits.vcpuThreads = [VcpuThreadName(before: "vcpu")]
    traits.console = { _, arguments, _ in ConsoleFiles(paths: CloudHypervisorArguments(arguments).consoles) }
    traits.hardware = { main, root in
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
      hardware.kernel = .known(
        [found.kernel, found.initramfs].compactMap { $0 }.map { VirtualHardware.Image(path: $0) })
      hardware.cards = .known(found.taps.map { VirtualHardware.Card(model: "virtio-net", backend: "tap \($0)") })
      hardware.confidential = .known(found.confidential)
      return hardware
    }
    return traits
  }()
}
