/// All sources, in the order in which they may claim a process: an engine before the runtime that it uses, who manages
/// machines before the hypervisor, and a hypervisor by name before KVM by its descriptors.
public func allSources() -> [any WorkloadSource] {
  [
    DockerSource(), PodmanSource(),
    // Before containerd, whose shim looks like Kata's.
    KataSource(),
    ContainerdSource(), CrioSource(),
    LxcSource(), NspawnSource(), GvisorSource(),
    CrunSource(), RuncSource(),
    LibvirtSource(), ProxmoxSource(), FirecrackerSource(), CloudHypervisorSource(), CrosvmSource(), VirtualBoxSource(),
    UmlSource(),
    QemuSource(), KvmSource(),
    // What is left.
    UnknownSource(),
  ]
}
