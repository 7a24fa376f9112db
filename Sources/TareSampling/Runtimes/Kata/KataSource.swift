internal import KernelStats
internal import TareModel

/// Kata: a virtual machine around the containers of a pod. One line with both boundaries; what is in the guest is not
/// to be seen from here.
struct KataSource: WorkloadSource {
  let name = "kata"
  let places = ["VMMs of a containerd-shim-kata-v2"]
  let guide = SourceGuide(
    finds: "Kata's sandboxes: a virtual machine around containers",
    by: "`containerd-shim-kata-v2`, and the VMM that has its sandbox's id among its arguments",
    names: "annotations in the bundle's config.json, else the sandbox's id",
    start: "what its hypervisor tells",
    ranWith: nil)

  func find(in context: DiscoveryContext) -> [Finding] {
    let shims = shims(in: context)
    guard !shims.isEmpty else { return [] }
    let machines = machines(in: context)
    var seen: Set<String> = []
    return shims.compactMap { shim, sandbox in
      guard !seen.contains(sandbox), let machine = machine(of: sandbox, shim, among: machines, context) else {
        return nil
      }
      seen.insert(sandbox)
      var finding = context.machine(machine, .kata, id: sandbox, helpers: helpers(shim, machine, context))
      // In a group for what the pod does not pay there is neither a virtual CPU nor its time.
      if finding.own.leading?.cgroupNames.first == "kata_overhead" {
        finding.own.unified = nil
        for controller in ["cpu", "cpuacct", "cpuset"] { finding.own.controllers[controller] = nil }
      }
      return finding
    }
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let sandbox = String(finding.id.dropFirst("kata:".count))
    let main = finding.main
    var description = hypervisor(main, context).describe(finding, in: context)
    description.workload.name = name(ofSandbox: sandbox)
    description.workload.boundaries = [.vm, .container]
    if let shim = shims(in: context).first(where: { $0.sandbox == sandbox })?.shim {
      description.launcher = shim
      name(&description.workload, after: shim, context)
      let helpers = helpers(shim, main, context)
      description.workload.helpers += helpers.filter { !description.workload.helpers.contains($0) }
    }
    return description
  }

  private func name(ofSandbox id: String) -> String {
    id.count == 64 && id.allSatisfy(\.isHexDigit) ? String(id.prefix(12)) : id
  }

  /// A pod's sandbox is called as the pod; a container's alone as nerdctl calls it.
  private func name(_ workload: inout Workload, after shim: Process, _ context: DiscoveryContext) {
    guard let shim = Shim(shim, context), let (bundle, owner) = shim.bundle(context.root),
      let annotations = (try? context.root.state("\(bundle)/config.json", owner: owner, as: AnnotatedBundle.self))?
        .annotations
    else { return }
    workload.take(annotations, inPod: annotations.isSandbox != nil)
    if let pod = annotations.pod, annotations.isSandbox == true { workload.name = pod }
    if workload.image != nil { workload.absences["image"] = nil }
  }

  /// The shims that run, with the sandbox that each serves. Only root's: a stranger's could take a sandbox's name.
  private func shims(in context: DiscoveryContext) -> [(shim: Process, sandbox: String)] {
    context.vmms(called: "containerd-shim", running: { $0.hasPrefix("containerd-shim-kata") }).compactMap { shim in
      let words = context.arguments(of: shim, keep: { keepOptions($0, ["-namespace", "-id"]) }) ?? []
      guard let sandbox = option("-id", in: words), RuntimeID.isContainerd(sandbox),
        context.root.user(of: shim.pid) == 0
      else {
        return nil
      }
      return (shim, sandbox)
    }
  }

  private func hypervisor(_ main: Process, _ context: DiscoveryContext) -> any WorkloadSource {
    if context.runs(main, named: FirecrackerSource.isMeant) { return FirecrackerSource() }
    if context.runs(main, named: CloudHypervisorSource.isMeant) { return CloudHypervisorSource() }
    return QemuSource.isQemu(main, context) ? QemuSource() : KvmSource()
  }

  /// VMMs, with the words that may name a sandbox.
  private func machines(in context: DiscoveryContext) -> [(Process, names: Set<String>)] {
    let qemus = QemuSource.machines(in: context, called: ["qemu", "kvm"]).map { process, arguments in
      (process, Set([arguments.name].compactMap { $0 }))
    }
    let others = context.vmms(called: "cloud-hyperviso", running: CloudHypervisorSource.isMeant).map { process in
      let words = context.arguments(of: process, keep: CloudHypervisorArguments.keep) ?? []
      return (process, Self.parts(CloudHypervisorArguments(words).socket))
    }
    let small = context.vmms(called: "firecracker", running: FirecrackerSource.isMeant).map { process in
      let arguments = FirecrackerArguments(context.arguments(of: process, keep: FirecrackerArguments.keep) ?? [])
      return (process, Self.parts(arguments.socket).union(Self.parts(arguments.config)).union(Self.parts(arguments.id)))
    }
    return qemus + others + small
  }

  private static func parts(_ path: String?) -> Set<String> {
    Set((path ?? "").split(separator: "/").map(String.init))
  }

  /// QEMU is called `sandbox-ID`; the others have their sockets in a folder of the sandbox: `/run/vc/vm/ID/clh-api.sock`.
  /// Dragonball is in the shim.
  private func machine(
    of sandbox: String, _ shim: Process, among machines: [(Process, names: Set<String>)], _ context: DiscoveryContext
  ) -> Process? {
    let named = machines.first { process, names in
      (names.contains(sandbox) || names.contains("sandbox-\(sandbox)"))
        && (process.parent == shim.pid || context.root.user(of: process.pid) == 0
          || context.processes.cgroups(of: process).leading.contains(sandbox))
    }
    if let named { return named.0 }
    return KvmDescriptors(of: shim.pid, context.root)?.ownsMachine == true ? shim : nil
  }

  /// The shim, and virtiofsd, which forks.
  private func helpers(_ shim: Process, _ machine: Process, _ context: DiscoveryContext) -> [Int32] {
    let children = context.processes.children(of: shim.pid)
    let all =
      [shim]
      + (children + children.flatMap { context.processes.children(of: $0.pid) }).filter { $0.comm == "virtiofsd" }
    return all.map(\.pid).filter { $0 != machine.pid }
  }
}
