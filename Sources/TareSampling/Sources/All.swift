/// All sources, in the order in which they may claim a process: an engine before the runtime that it uses.
public func allSources() -> [any WorkloadSource] {
  [DockerSource(), PodmanSource(), CrunSource(), RuncSource(), QemuSource(), KvmSource()]
}
