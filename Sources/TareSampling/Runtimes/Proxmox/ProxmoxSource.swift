internal import KernelStats
internal import TareModel

/// QEMU as Proxmox VE starts it: `-id 100 -name web,debug-threads=on`, in a scope of `qemu.slice`.
struct ProxmoxSource: WorkloadSource {
  let name = "proxmox"
  let hypervisor: HypervisorTraits? = .qemu
  let places = ["programs called kvm in /qemu.slice/NUMBER.scope"]
  let guide = SourceGuide(
    finds: "virtual machines of Proxmox VE",
    by: "QEMU with `-id`, and its cgroup `/qemu.slice/NUMBER.scope`",
    names: "`-name`, first disk",
    start: "first run of a virtual CPU",
    ranWith: nil)

  func find(in context: DiscoveryContext) -> [Finding] {
    QemuSource.machines(in: context, called: ["kvm", "qemu"]).compactMap { process, arguments in
      // Only root puts a process there; the argument alone is a claim.
      guard let number = arguments.number, !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }),
        context.processes.cgroups(of: process).leading.cgroupNames.starts(with: ["qemu.slice", "\(number).scope"])
      else { return nil }
      return QemuSource.finding(process, arguments, .proxmox, id: number, in: context)
    }
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    QemuSource().describe(finding, in: context)
  }
}
