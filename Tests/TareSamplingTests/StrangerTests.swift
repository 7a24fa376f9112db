import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// What a user without rights may do to be taken for something else.
struct StrangerTests {
  private let id = FakeHost.containerID("abcdef123456789")

  private func rows(_ host: FakeHost) throws -> [Workload] { try host.frame().current.workloads }

  @Test func `a process that calls itself conmon and is nobody's parent changes nothing`() throws {
    let host = try FakeHost()
    try host.podman(id, name: "cache", pid: 300)
    let before = try rows(host)
    try host.process(
      900, name: "conmon", start: 40_000, user: 1000,
      arguments: ["/usr/bin/conmon", "-c", id, "-n", "evil", "-r", "/usr/bin/crun", "-b", "/home/x/\(id)/userdata"])
    #expect(try rows(host) == before)
  }

  @Test func `a process that calls itself a shim and is nobody's parent changes nothing`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    let before = try rows(host)
    try host.process(
      900, name: "containerd-shim", start: 40_000, user: 1000,
      arguments: ["/usr/bin/containerd-shim-runc-v2", "-namespace", "moby", "-id", id])
    #expect(try rows(host) == before)
  }

  @Test func `a shim's parent that speaks of another container is not believed`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.file(
      "/proc/199/cmdline", "shim\0-namespace\0moby\0-id\0\(FakeHost.containerID("ffff"))\0")
    let workload = try #require(try rows(host).first)
    #expect(workload.name == "abcdef123456")
    #expect(workload.helpers.isEmpty)
  }

  @Test(arguments: ["..", "a/../../..", "/", "x/y"])
  func `a shim cannot lead out of its folder`(namespace: String) throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.file("/proc/199/cmdline", "shim\0-namespace\0\(namespace)\0-id\0\(id)\0")
    #expect(try rows(host).first?.name == "abcdef123456")
  }

  @Test func `a shim in a mount namespace of its own is not followed`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.folder.remove("/proc/199/ns/mnt")
    try host.folder.link("/proc/199/ns/mnt", to: "mnt:[99]")
    #expect(try rows(host).first?.name == "abcdef123456")
  }

  @Test(arguments: ["qemu-system-x86", "kvm"])
  func `a process that calls itself QEMU and runs something else is none`(name: String) throws {
    let host = try FakeHost()
    try host.process(
      900, name: name, user: 1000, program: "/usr/bin/python3", arguments: ["/usr/bin/qemu-system-x86_64", "-m", "64G"])
    #expect(try rows(host).isEmpty)
  }

  @Test func `a user's state file cannot claim a process of root`() throws {
    let host = try FakeHost()
    try host.process(700, cgroup: "/system.slice/sshd.service")
    try host.cgroup("/system.slice/sshd.service")
    try host.runc(
      "evil", pid: 700, state: "/run/user/1000/runc", cgroup: "/system.slice/sshd.service", makesProcess: false)
    try host.file(
      "/run/user/1000/crun/evil/status",
      #"{"pid":700,"process-start-time":50000,"cgroup-path":"/system.slice/sshd.service"}"#)
    #expect(try rows(host).isEmpty)
  }

  @Test func `a state file of another start of the process claims nothing`() throws {
    let host = try FakeHost()
    try host.process(700, start: 60_000, cgroup: "/x")
    try host.runc("old", pid: 700, start: 50_000, cgroup: "/x", makesProcess: false)
    #expect(try rows(host).isEmpty)
  }

  @Test func `a state file cannot claim a group that its process is not in`() throws {
    let host = try FakeHost()
    try host.cgroup("/system.slice/other.service")
    try host.runc(
      "evil", pid: 700, state: "/run/user/1000/runc", cgroup: "/mine",
      paths: ["": "/sys/fs/cgroup/system.slice/other.service"], user: 1000)
    let frame = try host.frame()
    #expect(frame.current[0, .memoryCurrent] == .missing(.sharedCgroup))
  }

  @Test(arguments: ["runc", "crun"])
  func `a user's state file cannot claim a group with others' processes in it`(runtime: String) throws {
    let host = try FakeHost()
    try host.cgroup("/user.slice")
    try host.process(800, cgroup: "/user.slice/user-1001.slice", user: 1001)
    let inner = "/user.slice/user-1000.slice/c"
    if runtime == "runc" {
      try host.runc(
        "evil", pid: 700, state: "/run/user/1000/runc", cgroup: inner, paths: ["": "/sys/fs/cgroup/user.slice"],
        user: 1000)
    } else {
      try host.crun("evil", pid: 700, state: "/run/user/1000/crun", cgroup: inner, user: 1000)
      try host.file(
        "/run/user/1000/crun/evil/status",
        #"{"pid":700,"process-start-time":50000,"cgroup-path":"/user.slice"}"#)
    }
    let frame = try host.frame()
    #expect(frame.current.workloads.allSatisfy { $0.cgroup != "/user.slice" })
    #expect(frame.current.readings.allSatisfy { $0.number != 50 << 20 })
  }

  @Test func `containers of several users with one name have ids of their own`() throws {
    let host = try FakeHost()
    try host.runc("job", pid: 700)
    try host.runc("job", pid: 701, state: "/run/user/1000/runc", cgroup: "/u1", user: 1000)
    try host.runc("job", pid: 702, state: "/run/user/1001/runc", cgroup: "/u2", user: 1001)
    let ids = try rows(host).map(\.id)
    #expect(ids.count == 3)
    #expect(Set(ids).count == 3)
    #expect(ids.contains("runc:job"))
  }

  @Test func `two containers that claim one group do not crash, now or at the next pass`() throws {
    let host = try FakeHost()
    host.instants = 3
    try host.runc("one", pid: 700, state: "/run/user/1000/runc", cgroup: "/shared", user: 1000)
    try host.runc("two", pid: 701, state: "/run/user/1000/runc", cgroup: "/shared", user: 1000)
    for instant in 1...2 { try host.file("/proc/loadavg", "0 0 0 1/1 \(6000 + instant)\n", at: instant) }
    let samples = try host.samples()
    #expect(samples.allSatisfy { Set($0.serials).count == 2 })
    #expect(samples[0].serials == samples[2].serials)
    let counted = (0...1).filter { samples[2][$0, .memoryCurrent].number != nil }
    #expect(counted.count <= 1)
  }

  @Test func `a container without groups of its own that is a machine too does not crash`() throws {
    let host = try FakeHost()
    host.instants = 3
    try host.qemu(700, ["-m", "64"], cgroup: "/", kvm: true)
    try host.runc("box", pid: 700, cgroup: "/", paths: [:], makesProcess: false)
    for instant in 1...2 { try host.file("/proc/loadavg", "0 0 0 1/1 \(6000 + instant)\n", at: instant) }
    let samples = try host.samples()
    #expect(samples.allSatisfy { Set($0.serials).count == 2 })
    #expect(samples.allSatisfy { Set($0.workloads.map(\.kind)) == [.container, .vm] })
  }

  @Test func `a group of a stranger that is called like a container does not take its place`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    let before = try rows(host)
    // Older than the container, as after a restart.
    let fake = "/user.slice/user-1000.slice/user@1000.service/docker-\(id).scope"
    try host.process(90, start: 20, cgroup: fake, user: 1000)
    try host.cgroup(fake)
    #expect(try rows(host).filter { $0.id == "docker:\(id)" } == before)
  }

  @Test func `a container cannot hide in a group whose name begins with a combining mark`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.file("/proc/200/cgroup", "0::/system.slice/docker-\(id).scope/\u{301}hidden\n")
    #expect(try rows(host).map(\.name) == ["web"])
  }

  @Test func `virtiofsd of root is not a helper of a stranger's machine that names half its socket`() throws {
    for path in ["", "/", "/run/virtiofs"] {
      let host = try FakeHost()
      try host.process(
        500, name: "virtiofsd", cgroup: "/v",
        arguments: ["/usr/libexec/virtiofsd", "--socket-path=/run/virtiofs-real.sock"])
      try host.qemu(700, ["-chardev", "socket,id=c,path=\(path)"], user: 1000)
      #expect(try rows(host).first?.helpers == [])
    }
  }

  @Test func `virtiofsd and swtpm that serve the very socket are helpers`() throws {
    let host = try FakeHost()
    try host.process(
      500, name: "virtiofsd", cgroup: "/vm", arguments: ["/usr/libexec/virtiofsd", "--socket-path=/run/v.sock"])
    try host.process(
      501, name: "swtpm", cgroup: "/vm",
      arguments: ["swtpm", "socket", "--ctrl", "type=unixio,path=/run/t-swtpm.sock,mode=0600"])
    try host.process(
      502, name: "virtiofsd", cgroup: "/vm2", arguments: ["/usr/libexec/virtiofsd", "--socket-path=/run/other.sock"])
    try host.qemu(
      700, ["-chardev", "socket,id=c,path=/run/v.sock", "-chardev", "socket,id=t,path=/run/t-swtpm.sock"])
    try host.cgroup("/vm")
    let frame = try host.frame()
    #expect(Set(frame.current.workloads[0].helpers) == [500, 501])
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20 + 2 << 20))
  }

  /// What a stranger may call a folder, a process or a cgroup to get it into root's clipboard or shell.
  private static let hostileIDs = [
    "a\necho PWNED; id\n", "\u{1b}]52;c;aGk=\u{7}", "\u{9b}31m", "we\u{202e}b", "we\u{200b}b", "we\u{200d}b", "\r",
    "\u{feff}",
    "a\tb", "\u{85}",
  ]

  @Test(arguments: hostileIDs)
  func `a name that no runtime takes is no container's`(name: String) throws {
    let host = try FakeHost()
    try host.crun(name, pid: 700, state: "/run/user/1000/crun", cgroup: "/a", user: 1000)
    try host.runc(name, pid: 710, state: "/run/user/1000/runc", cgroup: "/b")
    try host.gvisor(name, pid: 720, cgroup: "/c", writesState: false)
    try host.shim(name, namespace: "default", pid: 730)
    try host.process(731, parent: 730, cgroup: "/d")
    #expect(try rows(host).map(\.id) == [])
  }

  @Test(arguments: ["a b", "a;id", "$(id)", "-x", "=1", "한글", "a,b"])
  func `a blank or a sign in it is no name of runc's, and one of crun's`(name: String) throws {
    let host = try FakeHost()
    try host.crun(name, pid: 700, cgroup: "/a")
    try host.runc(name, pid: 710, cgroup: "/b")
    let ids = try rows(host).map(\.id)
    #expect(ids == ["crun:\(name)"] + (["-x", "a,b"].contains(name) ? ["runc:\(name)"] : []))
  }

  @Test(arguments: hostileIDs)
  func `an id is harmless whatever things are called`(name: String) throws {
    let host = try FakeHost()
    try host.lxc(name, pid: 700)
    try host.lxc("web", pid: 710, path: "/home/\(name)/lxc")
    try host.nspawn(pid: 720, arguments: ["--machine", name], unit: "/machine.slice/x.service")
    try host.process(730, cgroup: "/user/lxc.payload.\(name)")
    try host.qemu(740, ["-name", name, "-uuid", name, "-chardev", "socket,id=charmonitor,path=/x"])
    try host.containerd("x", shim: 750, pid: 751, cgroup: "/e", annotations: nil)
    try host.shim("x", namespace: "default", pid: 750, address: "/run/\(name).sock")
    let found = try rows(host)
    #expect(found.count >= 5)
    for row in found {
      #expect(row.id.isHarmless && !row.id.contains("PWNED"), "\(row.id)")
      #expect(row.id.utf8.count < 100)
    }
  }

  @Test func `the longest names are no ids`() throws {
    let host = try FakeHost()
    try host.lxc(String(repeating: "x", count: 65_000), pid: 700, cgroup: "/a")
    #expect(try rows(host).map(\.id) == ["lxc:700:50000"])
  }

  /// Everything that comes of a VM's command line, a capture too.
  @Test(arguments: [
    ["-drive", "file=http://user:S3CRET@h/x.img,if=virtio"], ["-hda", "https://S3CRET@h/x.img"],
    ["-cdrom", "ftp://u:S3CRET@h/x.iso"], ["-drive", "file=rbd:pool/x.img:id=me:key=S3CRET==:conf=/etc/x"],
    ["-drive", #"file=json:{"driver":"https",,"url":"https://u:S3CRET@h/x.img",,"password":"S3CRET"}"#],
    ["-blockdev", #"{"driver":"raw","file.driver":"https","file.filename":"https:\/\/u:S3CRET@h\/x.img"}"#],
    ["-blockdev", #"{"driver":"https","filename":"https://h/x.img","password":"S3CRET","username":"S3CRET"}"#],
    ["-drive", "file=/x.img,file.password=S3CRET,if=virtio"], ["-kernel", "http://u:S3CRET@h/x.img"],
    ["-object", "secret,id=s,data=S3CRET", "-drive", "file=/x.img"], ["-append", "token=S3CRET", "-hda", "/x.img"],
    ["-smbios", "type=1,serial=ds=nocloud;s=http://u:S3CRET@h/", "-hda", "/x.img"],
    ["-vnc", ":1,password=S3CRET", "-hda", "/x.img"],
    ["-fw_cfg", "name=opt/x,string=S3CRET", "-hda", "/x.img"],
    ["-netdev", "user,id=n,hostname=S3CRET", "-hda", "/x.img"],
  ])
  func `a secret in a disk's place is dropped where it is read`(words: [String]) throws {
    let host = try FakeHost()
    try host.qemu(700, words)
    let row = try #require(try rows(host).first)
    let machine = row.machine.map { "\($0)" } ?? ""
    #expect(!"\(row.image ?? "") \(machine) \(row.name)".contains("S3CRET"))
    #expect(words[0] == "-kernel" || row.image?.contains("x.i") == true, "\(row.image ?? "")")
    let all = QemuHardware(QemuArguments.keep(["qemu"] + words).withoutSecrets)
    #expect(!"\(all)".contains("S3CRET"))
    let kept = QemuArguments.keep((["qemu"] + words).withoutSecrets)
    #expect(!kept.contains { $0.contains("S3CRET") }, "\(kept)")
  }
}
