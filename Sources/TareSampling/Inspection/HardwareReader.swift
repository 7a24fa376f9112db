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

  /// Disks by their names alone, where its VMM tells no more.
  private func arguments(_ row: Discovery.Row) -> VirtualHardware {
    let main = row.finding.main
    var hardware =
      row.description.hypervisor?.hardware(main, root)
      ?? VirtualHardware(nil, unknown: .notReported, why: "its VMM keeps it to itself")
    let disks = row.workload.machine?.disks ?? []
    if case .unknown = hardware.disks, !disks.isEmpty {
      hardware.disks = .known(disks.prefix(64).map { VirtualHardware.Image(path: $0) })
    }
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
    guard let files, let path = root.isLive ? root.path(image.path, of: pid) : image.path else {
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
}

extension KernelRoot {
  /// A path as a process with its working folder means it.
  func path(_ path: String, of pid: Int32) -> String? {
    if path.hasPrefix("/") { return path }
    return (try? link("/proc/\(pid)/cwd", kept: { _ in false })).map { "\($0)/\(path)" }
  }
}
