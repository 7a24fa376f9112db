/// All sources, in the order in which they may claim a process: an engine before the runtime that it uses, who manages
/// machines before the hypervisor, and a hypervisor by name before KVM by its descriptors.
public func allSources() -> [any WorkloadSource] {
  [
    DockerSource(), PodmanSource(), CrunSource(), RuncSource(), KataSource(), LibvirtSource(),
    ProxmoxSource(), FirecrackerSource(), CloudHypervisorSource(), CrosvmSource(), VirtualBoxSource(), UmlSource(),
    QemuSource(), KvmSource(),
  ]
}
