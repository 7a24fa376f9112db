import TareModel
import TestSupport
import Testing

@Suite struct IsolationTests {
  private let container = makeWorkload("docker:1", name: "web")

  private func kinds(_ isolation: Isolation, _ workload: Workload? = nil) -> [IsolationWarning.Kind] {
    IsolationWords(isolation, workload ?? container).warnings.map(\.kind)
  }

  private func changed(_ change: (inout Isolation) -> Void) -> Isolation {
    var isolation = makeIsolation()
    change(&isolation)
    return isolation
  }

  private func capable(_ names: [String], seccomp: Confinement.Seccomp = .filter(1)) -> Isolation {
    changed {
      let mask = (Capabilities.defaults(of: .docker) ?? 0) | Capabilities.mask(of: names)
      $0.confinement.capabilities = .known(Capabilities(bounding: mask, effective: mask, known: 41))
      $0.confinement.seccomp = .known(seccomp)
    }
  }

  @Test func `a plain container has nothing but root outside, and that is said`() {
    let words = IsolationWords(makeIsolation(), container)
    #expect(words.warnings.map(\.kind) == [.rootIsRoot])
    #expect(words.reassurance == "Not privileged. No host network. No host PIDs.")
    #expect(words.summary.hasPrefix("Its own view of processes, files and network, on the host's kernel."))
  }

  @Test(arguments: [Namespace.network, .pid, .ipc, .mount])
  func `a namespace of the host is pointed out`(namespace: Namespace) {
    let found = kinds(changed { $0.namespaces[namespace] = .host })
    let expected: [Namespace: IsolationWarning.Kind] = [
      .network: .hostNetwork, .pid: .hostPids, .ipc: .hostIpc, .mount: .hostFiles,
    ]
    #expect(found.contains(expected[namespace]!))
  }

  @Test func `all capabilities without a filter are privileged, with one they are not`() {
    let all = Capabilities.names(of: .max >> 23)
    #expect(kinds(capable(all, seccomp: .disabled)).first == .privileged)
    #expect(!kinds(capable(all, seccomp: .disabled)).contains(.noSeccomp), "it is said already")
    #expect(kinds(capable(all)).first == .capability)
    #expect(!IsolationWords(capable(all, seccomp: .disabled), container).reassurance.contains("privileged"))
  }

  @Test func `all that an older engine, or a poorer host, can give is all`() {
    var has = Capabilities(bounding: (1 << 38) - 1, effective: 0, known: 41)
    #expect(has.isAll)
    has.bounding &= ~Capabilities.mask(of: ["SYS_RESOURCE"])
    #expect(!has.isAll)
    has.host = has.bounding
    #expect(has.isAll)
  }

  @Test func `power over users of its own is no power over the host`() {
    let isolation = changed {
      $0.namespaces[.user] = .own
      $0.users = .known([UserRange(inside: 0, outside: 100_000, count: 65536)])
      $0.confinement.capabilities = .known(Capabilities(bounding: .max, effective: .max, known: 41))
      $0.confinement.seccomp = .known(.disabled)
    }
    #expect(kinds(isolation) == [.noSeccomp])
  }

  @Test(arguments: ["SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "NET_ADMIN", "BPF"])
  func `a dangerous capability that was added is named`(name: String) {
    let words = IsolationWords(capable([name]), container)
    #expect(words.warnings.contains { $0.kind == .capability && $0.text.hasPrefix("\(name) added: ") })
    #expect(words.reassurance.hasPrefix("Not privileged."))
  }

  @Test func `the most dangerous comes first`() {
    let isolation = changed {
      $0.namespaces[.network] = .host
      $0.namespaces[.pid] = .host
      $0.confinement.capabilities = .known(Capabilities(bounding: .max, effective: .max, known: 41))
      $0.confinement.seccomp = .known(.disabled)
      $0.devices = .known(.all)
      $0.hostFolders = .known([
        HostFolder(path: "/etc", point: "/e", isReadOnly: true),
        HostFolder(path: "/", point: "/host", isReadOnly: false),
        HostFolder(path: "/run/docker.sock", point: "/var/run/docker.sock", isReadOnly: false),
      ])
    }
    #expect(
      kinds(isolation) == [
        .privileged, .engineSocket, .hostRoot, .allDevices, .hostPids, .hostNetwork, .systemFolder, .rootIsRoot,
      ])
    #expect(IsolationWords(isolation, container).reassurance == "")
  }

  @Test func `what may not be seen is neither feared nor denied`() {
    let words = IsolationWords(Isolation(unknown: .noPermission), container)
    #expect(words.warnings.isEmpty && words.reassurance.isEmpty)
    #expect(words.summary.contains("unknown"))
  }

  @Test func `a VM is judged by its VMM`() {
    let machine = makeWorkload("qemu:1", kind: .vm)
    #expect(kinds(makeMachineIsolation(), machine).isEmpty)
    var isolation = makeMachineIsolation(.tcg)
    isolation.confinement.user = .known(0)
    #expect(kinds(isolation, machine) == [.vmmAsRoot, .emulated])
  }

  // MARK: The five

  private func five(_ isolation: Isolation) -> [Bool?] {
    VirtualThing.all(isolation, container, hasMemoryLimit: true).map(\.isVirtual)
  }

  @Test func `software, storage and network of a container are virtual, memory and data are not`() {
    #expect(five(makeIsolation()) == [true, false, true, false, true])
    let shared = changed {
      $0.namespaces[.network] = .host
      $0.namespaces[.mount] = .host
    }
    #expect(five(shared) == [false, false, false, false, false])
    let folder = changed {
      $0.rootFiles = .known(RootFiles(type: "ext4", isReadOnly: false, hostFolder: "/bundle/rootfs"))
    }
    #expect(five(folder)[2] == false)
    #expect(five(Isolation(unknown: .noPermission)) == [nil, false, nil, false, nil])
  }

  @Test func `of a VM all but data is virtual, unless it has no disk or card`() {
    #expect(five(makeMachineIsolation()) == [true, true, true, false, true])
    var bare = makeMachineIsolation()
    bare.hardware?.disks = .known([])
    bare.hardware?.cards = .known([])
    #expect(five(bare) == [true, true, false, false, false])
  }

  // MARK: Values

  @Test func `engines' defaults have as many capabilities as their documents say`() {
    #expect(Capabilities.defaults(of: .docker) == 0xa804_25fb)
    #expect(Capabilities.defaults(of: .podman)?.nonzeroBitCount == 11)
    #expect(Capabilities.defaults(of: .criO)?.nonzeroBitCount == 9)
    #expect(Capabilities.defaults(of: .runc) == nil)
  }

  @Test func `a capability that nobody knows yet is a number`() {
    #expect(Capabilities.names(of: 1 << 63 | 1) == ["CHOWN", "63"])
  }

  @Test(
    arguments: [
      ("docker-default (enforce)\n", .appArmor(profile: "docker-default", mode: "enforce")),
      ("unconfined\n", .unconfined),
      ("system_u:system_r:container_t:s0:c1,c2\0", .selinux("system_u:system_r:container_t:s0:c1,c2")),
      ("", .none), ("\n", .none), ("  ", .none), ("a//b (complain)", .appArmor(profile: "a//b", mode: "complain")),
      ("(", .appArmor(profile: "(", mode: nil)), (")", .appArmor(profile: ")", mode: nil)),
    ] as [(String, Confinement.SecurityLabel)])
  func `a label says which module gave it`(text: String, label: Confinement.SecurityLabel) {
    #expect(Confinement.SecurityLabel(text) == label)
  }

  @Test(arguments: [
    ("/var/lib/docker/volumes/db/_data", "db"), ("/srv/data", nil), ("/_data", nil), ("/", nil), ("", nil),
    ("/var/lib/kubelet/pods/1/volumes/kubernetes.io~secret/token", "token"),
  ])
  func `a volume is told from a folder of the host`(path: String, name: String?) {
    #expect(HostFolder(path: path, point: "/x", isReadOnly: false).volume == name)
  }
}
