/// What runs guests here, and what it is called in a lecture.
public enum Virtualizer: String, Sendable, Hashable, CaseIterable {
  case kvm
  case tcg
  case uml
  case virtualbox
  /// Nobody could see which.
  case unknown

  public init(_ accelerator: Workload.Accelerator?) {
    switch accelerator {
    case .kvm: self = .kvm
    case .tcg: self = .tcg
    case .uml: self = .uml
    case .vbox: self = .virtualbox
    case nil: self = .unknown
    }
  }

  public var title: String {
    switch self {
    case .kvm: "KVM, the hypervisor"
    case .tcg: "TCG, an emulator"
    case .uml: "user-mode Linux"
    case .virtualbox: "VirtualBox's driver"
    case .unknown: "hypervisor unknown"
    }
  }

  /// Its type in a few words: at length, and in at most 24 cells.
  public var type: (long: String, short: String) {
    switch self {
    case .kvm: ("type 1 or 2 is debated: e says why", "type 1 or 2? debated: e")
    case .tcg: ("no hypervisor: QEMU translates", "no hypervisor: e")
    case .uml: ("no hypervisor: a program", "no hypervisor: e")
    case .virtualbox: ("type 2: hosted on this system", "type 2: hosted")
    case .unknown: ("its VMM may not be seen: run as root", "may not be seen")
    }
  }

  /// Why, in sentences; where it is debated, both sides.
  public var explanation: [String] {
    switch self {
    case .kvm:
      [
        "A hypervisor of type 1 runs on the hardware itself, one of type 2 as a guest of an operating system, \"hosted\".",
        "KVM is type 1: it is a part of the Linux kernel, and that runs on the hardware. A guest's instructions run on the processor itself, "
          + "and what leaves the guest lands in KVM, with no other system between.",
        "KVM is type 2: the kernel that it is a part of is an ordinary operating system, which runs ordinary programs beside the guests. Each "
          + "guest is one process of it, QEMU, and each virtual CPU one thread, which its scheduler treats as any other.",
        "Both are true, so tare draws what there is: KVM beside the rest of the kernel, and QEMU, the VMM, as a process above it.",
        "QEMU is no hypervisor: it makes the machine's devices. KVM makes its processors and its memory.",
      ]
    case .tcg:
      [
        "QEMU's Tiny Code Generator translates each of the guest's instructions to instructions of this processor: an emulator, and no hypervisor.",
        "It needs no help of the processor and works for any guest on any machine, about ten times slower. The whole machine is one ordinary process.",
      ]
    case .uml:
      [
        "User-mode Linux is a kernel that was built as an ordinary program. Neither hardware nor processor is virtual: the guest's programs are processes "
          + "of this host, and their calls go to a program instead of to this kernel."
      ]
    case .virtualbox:
      [
        "VirtualBox is the usual example of type 2: a program on an ordinary operating system, which loads a driver into the kernel to run its guests."
      ]
    case .unknown:
      ["Which hypervisor runs a guest is seen by the VMM's open files: they may be read by its owner and by root."]
    }
  }
}

extension Host {
  /// What this kernel stands on, in words: at length, and in at most 34 cells.
  public var ground: (long: String, short: String) {
    if isInContainer { return ("tare is in a container: it sees only its own box", "a container: its own box only") }
    let release = kernelRelease.lowercased()
    if release.contains("microsoft") {
      return ("a VM of Windows (WSL 2): Hyper-V below, a hypervisor of type 1", "a VM of Windows (WSL 2)")
    }
    if release.contains("linuxkit") {
      return (
        "a VM of Docker Desktop: containers of Windows and macOS run in a Linux VM", "a VM of Docker Desktop"
      )
    }
    let outer: String
    switch virtualization {
    case nil: return ("bare metal: no hypervisor seen below this kernel", "bare metal")
    case "kvm": outer = "KVM"
    case "vmware": outer = "VMware"
    case "microsoft": outer = "Hyper-V"
    case "xen": outer = "Xen, type 1"
    case "qemu": outer = "QEMU, emulated"
    case let name?: outer = name == "unknown" ? "a hypervisor" : name
    }
    return ("not the hardware: this Linux is itself a guest of \(outer)", "itself a guest of \(outer)")
  }
}
