/// All sources, in the order in which they may claim a process: an engine before the runtime that it uses.
public func allSources() -> [any WorkloadSource] {
  [
    DockerSource(),
    PodmanSource(),
    ContainerdSource(),
    CrioSource(),
    LxcSource(),
    NspawnSource(),
    GvisorSource(),
    CrunSource(),
    RuncSource(),
    QemuSource(),
    KvmSource(),
  ]
}
