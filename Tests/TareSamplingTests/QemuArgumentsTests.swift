import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct QemuArgumentsTests {
  private func parse(_ line: String) -> QemuArguments {
    QemuArguments(["qemu-system-x86_64"] + line.split(separator: " ").map(String.init))
  }

  @Test(
    arguments: [
      ("-m 4096", 4 << 30), ("-m 4G", 4 << 30), ("-m 4g", 4 << 30), ("-m size=4G,slots=2,maxmem=16G", 4 << 30),
      ("-m 2048M", 2 << 30), ("-m 1.5G", 3 << 29), ("-m size=2097152k", 2 << 30), ("-m 512", 512 << 20),
      ("", 128 << 20), ("-m 1T", 1 << 40), ("-m junk", 128 << 20), ("-m -5", 128 << 20), ("-m nan", 128 << 20),
      ("-m 1e300G", 128 << 20), ("-m inf", 128 << 20), ("-m size=", 128 << 20), ("-m 512 -m 1G", 1 << 30),
      ("-m 4294967296B", 4 << 30),
    ] as [(String, UInt64)])
  func `guest RAM is what was asked for`(line: String, bytes: UInt64) {
    #expect(parse(line).memory == bytes)
  }

  @Test(
    arguments: [
      ("", 1), ("-smp 4", 4), ("-smp cpus=4", 4), ("-smp 8,sockets=2,cores=4,threads=1", 8),
      ("-smp sockets=2,cores=3,threads=2", 12), ("-smp 4,maxcpus=16", 4), ("-smp cpus=2,maxcpus=8", 2),
      ("-smp maxcpus=8", 8), ("-smp sockets=2,maxcpus=8", 8), ("-smp sockets=1,dies=2,cores=4,threads=2", 16),
      ("-smp x", 1), ("-smp 99999999999999999999", 1), ("-smp 1,sockets=4,cores=1,maxcpus=4", 1),
    ] as [(String, UInt64)])
  func `virtual CPUs are what was asked for`(line: String, count: UInt64) {
    #expect(parse(line).vcpus == count)
  }

  @Test func `counts too large to multiply do not crash`() {
    let huge = "18446744073709551615"
    _ = parse("-smp sockets=\(huge),cores=\(huge),threads=\(huge)")
  }

  @Test(arguments: [
    ("-name web", "web"), ("-name guest=web,debug-threads=on", "web"), ("-name web,debug-threads=on", "web"),
    ("-name guest=a,,b,process=x", "a,b"), ("-name guest=instance-0000001a,debug-threads=on", "instance-0000001a"),
    ("--name web", "web"), ("-name a,,,,b", "a,,b"), ("-name guest=a=b", "a=b"),
  ])
  func `a name is the guest's`(line: String, name: String) {
    #expect(parse(line).name == name)
  }

  @Test(
    arguments: [
      (["-name", ""], nil), (["-name", "a,,b=c"], "a,b=c"), (["-name", "a,,b=c,debug-threads=on"], "a,b=c"),
      (["-name", "guest=a=b,,c"], "a=b,c"), (["-name", " \u{200b}\t"], nil), (["-name", "guest="], nil),
      (["-name", "web", "-name", "debug-threads=on"], "web"), (["-name", "web", "-name", "guest=db"], "db"),
      (["-name", "-web"], "-web"), (["-name", "--"], "--"), (["-append", "-name x", "-name", "y"], "y"),
      (["-snapshot", "-name", "z", "-S"], "z"), (["disk.img", "-name", "z"], "z"), (["---name", "z"], nil),
      (["-name=z"], nil), (["-name", "a,b"], "a"), (["-name", ",,a"], ",a"), (["-name", "a,,\u{301}b"], "a,\u{301}b"),
      (["-name", "process=p"], nil), (["-name", "web server,process=p"], "web server"),
    ] as [([String], String?)])
  func `a name is what QEMU itself would say`(words: [String], name: String?) {
    #expect(QemuArguments(["qemu-system-x86_64"] + words).name.flatMap(legible) == name)
    let kept = QemuArguments.keep(["qemu-system-x86_64"] + words)
    #expect(QemuArguments(kept).name.flatMap(legible) == name)
  }

  @Test func `what is no option is a disk`() {
    #expect(QemuArguments(["q", "-m", "64", "disk.img", "-S"]).disks == ["disk.img"])
    #expect(QemuArguments(["q", "-snapshot", "disk.img"]).disks == ["disk.img"])
    #expect(QemuArguments(["q", "-append", "console=ttyS0", "-fw_cfg", "name=x"]).disks.isEmpty)
  }

  @Test(arguments: [
    ("-S", true), ("--S", true), ("-m 64 -S -smp 2", true), ("--preconfig", true), ("-m 64", false), ("-s", false),
    ("-append -S", false), ("-name -S", false), ("-snapshot", false), ("-incoming defer", false),
    ("-qmp unix:/q,server=on", true), ("-qmp unix:/q,server=on,wait=off", false), ("-qmp unix:/q,server,nowait", false),
    ("-qmp unix:/q,server", true), ("-serial tcp::4444,server=on", true),
    ("-serial tcp::4444,server=on,wait=off", false),
    ("-serial tcp:host:4444", false), ("-monitor telnet::1,server", true), ("-serial file:server", false),
    ("-chardev socket,id=a,path=/p,server=on", true), ("-chardev socket,id=a,path=/p", false),
    ("-chardev socket,id=a,path=/p,server=on,wait=off", false), ("-chardev file,id=server,path=/p", false),
    ("-gdb tcp::1234,server=on", false),
  ]) func `a machine that does not run before somebody lets it is known`(line: String, isHalted: Bool) {
    #expect(parse(line).startsHalted == isHalted)
    let words = ["qemu-system-x86_64"] + line.split(separator: " ").map(String.init)
    #expect(QemuArguments(QemuArguments.keep(words)).startsHalted == isHalted)
  }

  @Test(arguments: [
    ("", ["tcg"]), ("-enable-kvm", ["kvm"]), ("-accel kvm", ["kvm"]), ("-accel kvm,thread=multi", ["kvm"]),
    ("-accel accel=tcg,thread=single", ["tcg"]), ("-machine q35,accel=kvm:tcg", ["kvm", "tcg"]),
    ("-M pc,accel=tcg", ["tcg"]), ("-accel kvm -accel tcg", ["kvm", "tcg"]), ("--enable-kvm", ["kvm"]),
  ])
  func `accelerators come in the order in which they are tried`(line: String, accelerators: [String]) {
    #expect(parse(line).accelerators == accelerators)
  }

  @Test(arguments: [
    "-machine none", "-M none", "-machine none,accel=kvm:tcg", "-machine type=none", "-machine none -machine accel=kvm",
  ])
  func `a probe has no machine`(line: String) {
    #expect(parse(line).machineType == "none")
  }

  @Test func `libvirt's long line is understood`() {
    let arguments = QemuArguments([
      "/usr/bin/qemu-system-x86_64", "-name", "guest=web,debug-threads=on", "-S", "-object",
      #"{"qom-type":"secret","id":"masterKey0","format":"raw","file":"/var/lib/libvirt/qemu/d/master-key.aes"}"#,
      "-machine", "pc-q35-8.2,usb=off,smm=on,dump-guest-core=off,memory-backend=pc.ram,pflash0=libvirt-pflash0-format",
      "-accel", "kvm", "-cpu", "host,migratable=on", "-m", "size=2097152k", "-object",
      #"{"qom-type":"memory-backend-ram","id":"pc.ram","size":2147483648}"#, "-overcommit", "mem-lock=off", "-smp",
      "2,sockets=2,cores=1,threads=1", "-uuid", "6f2a", "-no-user-config", "-nodefaults", "-chardev",
      "socket,id=charmonitor,fd=32,server=on,wait=off", "-mon", "chardev=charmonitor,id=monitor,mode=control",
      "-blockdev",
      #"{"driver":"file","filename":"/usr/share/OVMF/OVMF_CODE_4M.fd","node-name":"libvirt-pflash0-storage","auto-read-only":true}"#,
      "-blockdev",
      #"{"driver":"file","filename":"/var/lib/libvirt/images/web.qcow2","node-name":"libvirt-1-storage"}"#,
      "-blockdev", #"{"node-name":"libvirt-1-format","driver":"qcow2","file":"libvirt-1-storage"}"#, "-netdev",
      #"{"type":"tap","fd":"33","vhost":true,"vhostfd":"35","id":"hostnet0"}"#, "-chardev",
      "socket,id=chrtpm,path=/run/libvirt/qemu/swtpm/1-web-swtpm.sock",
    ])
    #expect(arguments.name == "web")
    #expect(arguments.memory == 2 << 30)
    #expect(arguments.vcpus == 2)
    #expect(arguments.accelerators == ["kvm"])
    #expect(arguments.machineType == "pc-q35-8.2")
    #expect(arguments.disks.first == "/var/lib/libvirt/images/web.qcow2")
    #expect(arguments.sockets == ["/run/libvirt/qemu/swtpm/1-web-swtpm.sock"])
  }

  @Test func `Proxmox's line is understood`() {
    let arguments = parse(
      """
      -id 100 -name vm100,debug-threads=on -no-shutdown -chardev socket,id=qmp,path=/var/run/qemu-server/100.qmp,server=on,wait=off \
      -mon chardev=qmp,mode=control -daemonize -smbios type=1,uuid=7 \
      -drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/pve-edk2-firmware/OVMF_CODE_4M.fd \
      -drive if=pflash,unit=1,id=drive-efidisk0,file=/dev/pve/vm-100-disk-0 -smp 4,sockets=1,cores=4,maxcpus=4 -nodefaults \
      -cpu kvm64,enforce -m 4096 -drive if=none,id=drive-ide2,media=cdrom,aio=io_uring \
      -drive file=/dev/pve/vm-100-disk-1,if=none,id=drive-scsi0,cache=none \
      -netdev type=tap,id=net0,ifname=tap100i0,script=/usr/libexec/qemu-server/pve-bridge,vhost=on -machine type=pc-q35-9.0+pve0
      """)
    #expect(arguments.name == "vm100")
    #expect(arguments.memory == 4 << 30)
    #expect(arguments.vcpus == 4)
    #expect(arguments.disks.first == "/dev/pve/vm-100-disk-1")
    #expect(arguments.taps == ["tap100i0"])
    #expect(arguments.machineType == "pc-q35-9.0+pve0")
  }

  @Test(arguments: [
    ("-hda disk.img", "disk.img"), ("-drive file=a,,b.img,format=raw", "a,b.img"), ("-cdrom x.iso", "x.iso"),
    ("-blockdev driver=file,filename=/d.img,node-name=n", "/d.img"),
    ("-blockdev driver=qcow2,file.driver=file,file.filename=/e.img", "/e.img"),
  ])
  func `the first disk is found`(line: String, disk: String) {
    #expect(parse(line).disks.first == disk)
  }

  @Test(
    arguments: [
      ("-m 1G", .boot), ("-incoming tcp:0:4444", .migrated), ("-S -incoming defer", .migrated),
      ("-incoming fd:22", .migrated), ("-incoming file:/srv/saved", .restored), ("-incoming exec:zcat", .restored),
      ("-loadvm clean", .restored), ("-loadvm", .boot), ("-incoming", .boot),
    ] as [(String, BootTimeline.Kind)])
  func `a machine that takes up a saved or running one does not boot`(line: String, kind: BootTimeline.Kind) {
    #expect(parse(line).start == kind)
    let words = ["qemu-system-x86_64"] + line.split(separator: " ").map(String.init)
    let kept = QemuArguments.keep(words)
    #expect(QemuArguments(kept).start == kind)
    for secret in ["4444", "srv", "zcat", "clean"] { #expect(!kept.contains { $0.contains(secret) }) }
  }

  @Test func `a capture keeps of an option only the keys that are read`() {
    let kept = QemuArguments.keep([
      "qemu-system-x86_64", "-name", "guest=web,debug-threads=on", "-drive",
      "file=/d.img,password-secret=sec0,key=HUSH", "-object", "secret,id=sec0,data=HUSH", "-vnc", ":1,password=on",
      "-append", "token=HUSH", "-blockdev", #"{"driver":"https","filename":"/x","password":"HUSH"}"#, "-netdev",
      "user,id=n0,guestfwd=tcp:1:2-cmd:HUSH", "-m", "1G", "-fw_cfg", "name=x,string=HUSH",
    ])
    #expect(!kept.joined(separator: " ").contains("HUSH"))
    let (again, whole) = (QemuArguments(kept), QemuArguments(kept + ["-drive", "file=/last.img"]))
    #expect(again.name == "web")
    #expect(again.disks == ["/d.img", "/x"])
    #expect(again.memory == 1 << 30)
    #expect(whole.disks.last == "/last.img")
  }

  @Test func `what a capture keeps says the same as the whole line`() {
    for line in [
      "-m size=4G,slots=2 -smp sockets=2,cores=2 -name guest=a,,b,debug-threads=on -enable-kvm",
      "-machine q35,accel=kvm:tcg -hda x -netdev tap,ifname=t0 -chardev socket,path=/s -drive file=f,if=virtio",
      "-M none -accel tcg,thread=multi -uuid u -cdrom c",
    ] {
      let arguments = ["qemu-system-x86_64"] + line.split(separator: " ").map(String.init)
      #expect(QemuArguments(QemuArguments.keep(arguments)) == QemuArguments(arguments))
    }
  }

  @Test func `random words never crash it`() {
    var random = SplitMix(seed: 3)
    let line = Array(
      "-name guest=a,,b -m size=4G,slots=2 -smp 2,cores=1 -drive file=x,if=none -blockdev {\"a\":1}".utf8)
    for _ in 0..<3000 {
      let words = String(decoding: random.damaged(line), as: UTF8.self).split(separator: " ").map(String.init)
      _ = QemuArguments(QemuArguments.keep(["q"] + words))
    }
  }
}

@Suite struct QemuAgentTests {
  private func agent(_ line: String) -> (path: String?, obstacle: String?) {
    QemuArguments(["qemu-system-x86_64"] + line.split(separator: " ").map(String.init)).agent
  }

  private static let port = "-device virtserialport,chardev=q,id=agent0,name=org.qemu.guest_agent.0"

  @Test(arguments: [
    "-chardev socket,path=/run/a,,b.sock,server=on,wait=off,id=q",
    "-chardev socket,id=q,wait=off,server=on,path=/run/a,,b.sock",
    "-chardev backend=socket,id=q,wait=off,server=on,path=/run/a,,b.sock",
  ]) func `an agent's socket that does not hold the machine up may be asked`(chardev: String) {
    #expect(agent("\(chardev) \(Self.port)").path == "/run/a,b.sock")
    #expect(agent("\(Self.port) \(chardev)").path == "/run/a,b.sock")
  }

  @Test(arguments: [
    "-chardev socket,path=/run/a.sock,server=on,id=q", "-chardev socket,path=/run/a.sock,wait=off,id=q",
    "-chardev socket,path=/run/a.sock,server=on,wait=on,id=q", "-chardev socket,path=/run/a.sock,server,nowait,id=q",
    "-chardev socket,path=/run/a.sock,id=q",
  ]) func `one that may wait for a client is never connected to`(chardev: String) {
    let (path, obstacle) = agent("\(chardev) \(Self.port)")
    #expect(path == nil && obstacle == "its agent's socket is without server=on,wait=off")
  }

  @Test func `without a port, or a socket behind it, there is nobody to ask`() {
    let socket = "-chardev socket,path=/run/a.sock,server=on,wait=off,id=q"
    #expect(agent(socket).obstacle == "its arguments have no port org.qemu.guest_agent.0")
    #expect(agent("\(socket) -device virtserialport,chardev=q,name=other").path == nil)
    #expect(agent("\(socket) -device virtserialport,chardev=z,name=org.qemu.guest_agent.0").path == nil)
    #expect(agent("-chardev pty,id=q \(Self.port)").obstacle == "its agent's port leads to no socket")
  }

  @Test(arguments: [
    ("-chardev socket,id=charmonitor,fd=20,server=on,wait=off", "libvirt"),
    ("-chardev socket,id=x,path=/var/lib/libvirt/qemu/channel/a,server=on,wait=off", "libvirt"),
    ("-id 100", "Proxmox VE"),
    ("-chardev socket,id=qmp,path=/var/run/qemu-server/100.qmp,server=on,wait=off", "Proxmox VE"),
  ]) func `a machine of a manager is left to it`(words: String, manager: String) {
    let (path, obstacle) = agent("-chardev socket,path=/run/a.sock,server=on,wait=off,id=q \(Self.port) \(words)")
    #expect(path == nil && obstacle == "it is managed by \(manager)")
  }
}

@Suite struct QemuMonitorTests {
  private func monitor(_ line: String) -> (path: String?, obstacle: String?) {
    QemuArguments(["qemu-system-x86_64"] + line.split(separator: " ").map(String.init)).monitor
  }

  @Test(arguments: [
    "-qmp unix:/run/a,,b.sock,server=on,wait=off", "-qmp unix:/run/a,,b.sock,wait=off,server=on",
    "--qmp unix:/run/a,,b.sock,server=on,wait=off", "-qmp-pretty unix:/run/a,,b.sock,server=on,wait=off",
    "-chardev socket,id=X,path=/run/a,,b.sock,server=on,wait=off -mon chardev=X,mode=control",
    "-mon X,mode=control,pretty=on -chardev socket,id=X,path=/run/a,,b.sock,server=on,wait=off",
    "-chardev socket,id=X,path=/run/a,,b.sock,server=on,wait=off -qmp chardev:X",
    "-qmp stdio -qmp unix:/w,server=on -qmp unix:/run/a,,b.sock,server=on,wait=off",
  ]) func `a monitor's socket that does not hold the machine up may be asked`(line: String) {
    #expect(monitor(line).path == "/run/a,b.sock")
  }

  @Test(arguments: [
    "-qmp unix:/a,server=on,wait=on", "-qmp unix:/a,server=on", "-qmp unix:/a,wait=off", "-qmp unix:/a",
    "-qmp unix:/a,server,nowait", "-qmp unix:/a,server=on,wait=off,wait=on",
    "-chardev socket,id=X,path=/a,server=on -mon chardev=X,mode=control",
  ]) func `one that may wait for a client is never connected to`(line: String) {
    let (path, obstacle) = monitor(line)
    #expect(path == nil && obstacle == "its monitor's socket is without server=on,wait=off")
  }

  @Test func `one that would lose something when a client leaves is never connected to`() {
    let (path, obstacle) = monitor("-add-fd fd=3,set=1 -qmp unix:/a,server=on,wait=off")
    #expect(path == nil && obstacle == "it would lose descriptors of -add-fd when a client leaves")
  }

  @Test(arguments: [
    ("", "its arguments have no -qmp or -mon …,mode=control"),
    ("-monitor unix:/a,server=on,wait=off", "its arguments have no -qmp or -mon …,mode=control"),
    (
      "-chardev socket,id=X,path=/a,server=on,wait=off -mon chardev=X",
      "its arguments have no -qmp or -mon …,mode=control"
    ),
    (
      "-chardev socket,id=X,path=/a,server=on,wait=off -mon chardev=X,mode=readline",
      "its arguments have no -qmp or -mon …,mode=control"
    ),
    ("-qmp stdio", "its monitor is at no unix socket"), ("-qmp", "its arguments have no -qmp or -mon …,mode=control"),
    ("-qmp tcp:localhost:4444,server=on,wait=off", "its monitor is at no unix socket"),
    ("-mon chardev=Y,mode=control", "its monitor is at no unix socket"),
    ("-mon mode=control", "its monitor is at no unix socket"),
    ("-chardev pty,id=X,path=/a,server=on,wait=off -mon X,mode=control", "its monitor is at no unix socket"),
  ]) func `without a socket of the machine protocol there is nobody to ask`(line: String, why: String) {
    let (path, obstacle) = monitor(line)
    #expect(path == nil && obstacle == why)
  }

  @Test(arguments: [
    ("-chardev socket,id=charmonitor,fd=20,server=on,wait=off -mon chardev=charmonitor,mode=control", "libvirt"),
    ("-qmp unix:/var/lib/libvirt/qemu/domain-1/monitor.sock,server=on,wait=off", "libvirt"),
    ("-qmp unix:/a,server=on,wait=off -chardev socket,id=x,path=/run/libvirt/q,server=on,wait=off", "libvirt"),
    ("-qmp unix:/a,server=on,wait=off -id 100", "Proxmox VE"),
    ("-qmp unix:/var/run/qemu-server/100.qmp,server=on,wait=off", "Proxmox VE"),
    ("-qmp unix:/run/vc/vm/abc/qmp.sock,server=on,wait=off", "the container engine that made it"),
    ("-qmp unix:/run/incus/web/qemu.monitor,server=on,wait=off", "the container engine that made it"),
  ]) func `a machine of a manager is left to it`(line: String, manager: String) {
    let (path, obstacle) = monitor(line)
    #expect(path == nil && obstacle == "it is managed by \(manager)")
  }
}
