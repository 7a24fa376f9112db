internal import KernelStats
internal import TareModel

extension HypervisorTraits {
  /// QEMU's, whoever manages it.
  static let qemu: HypervisorTraits = {
    var traits = HypervisorTraits(processNames: ["qemu-system", "qemu-kvm", "kvm"]) {
      $0.hasPrefix("qemu-system-") || $0.hasPrefix("qemu-kvm") || $0 == "kvm"
    }
    // With debug-threads=on.
    traits.vcpuThreads = [
      VcpuThreadName(before: "CPU ", after: "/KVM"), VcpuThreadName(before: "CPU ", after: "/TCG", all: "ALL CPUs/TCG"),
    ]
    traits.console = { pid, arguments, root in
      let qemu = QemuArguments(arguments)
      var files = ConsoleFiles(paths: qemu.serialLogs)
      files.appends = qemu.appends
      if qemu.manager == "libvirt", let name = qemu.name, let status = LibvirtStatus(of: name, pid, root) {
        (files.managed, files.appends) = (status.consoles, status.appends)
      }
      return files
    }
    traits.hardware = { main, root in
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
    return traits
  }()
}
