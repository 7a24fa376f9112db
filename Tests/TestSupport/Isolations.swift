public import TareModel

/// What Docker gives to a container that asks for nothing.
public func makeIsolation() -> Isolation {
  var isolation = Isolation(unknown: .notReported)
  for namespace in Namespace.allCases {
    isolation.namespaces[namespace] = [.cgroup, .user, .time].contains(namespace) ? .host : .own
  }
  isolation.confinement.user = .known(0)
  isolation.confinement.seccomp = .known(.filter(1))
  isolation.confinement.noNewPrivileges = .known(false)
  let usual = Capabilities.defaults(of: .docker) ?? 0
  isolation.confinement.capabilities = .known(Capabilities(bounding: usual, effective: usual, known: 41))
  isolation.confinement.label = .known(.appArmor(profile: "docker-default", mode: "enforce"))
  isolation.innerPid = 1
  isolation.cpus = .known(4)
  isolation.rootFiles = .known(RootFiles(type: "overlay", layers: 7, isReadOnly: false))
  isolation.hostFolders = .known([HostFolder(path: "/srv/api", point: "/data", isReadOnly: true)])
  isolation.users = .known([UserRange(inside: 0, outside: 0, count: 4_294_967_295)])
  isolation.devices = .known(.usual(more: []))
  return isolation
}

/// A QEMU under KVM, run by a user of its own.
public func makeMachineIsolation(_ accelerator: Workload.Accelerator = .kvm) -> Isolation {
  var isolation = makeIsolation()
  for namespace in Namespace.allCases { isolation.namespaces[namespace] = namespace == .mount ? .own : .host }
  isolation.confinement.user = .known(64055)
  isolation.confinement.capabilities = .known(Capabilities(bounding: 0, effective: 0, known: 41))
  isolation.confinement.label = .known(.appArmor(profile: "libvirt-6f2a", mode: "enforce"))
  isolation.rootFiles = .unknown(.notApplicable)
  isolation.hostFolders = .unknown(.notApplicable)
  isolation.devices = .unknown(.notApplicable)
  var hardware = VirtualHardware(accelerator, unknown: .notReported)
  hardware.machineType = .known("pc-q35-7.2")
  hardware.vcpus = .known(2)
  hardware.memory = .known(1 << 30)
  hardware.backing = .known(VirtualHardware.Backing(.memfd, isShared: true))
  hardware.balloon = .known(true)
  hardware.disks = .known([
    VirtualHardware.Image(
      path: "/var/lib/images/db.qcow2", format: "qcow2",
      size: .known(VirtualHardware.Size(allocated: 3 << 29, virtual: 10 << 30)))
  ])
  hardware.kernel = .known([])
  hardware.cards = .known([VirtualHardware.Card(model: "virtio-net-pci", backend: "tap vnet0")])
  hardware.confidential = .known([])
  isolation.hardware = hardware
  return isolation
}
