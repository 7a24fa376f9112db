import TareModel
import TestSupport
import Testing

@testable import TareSampling

@Suite struct QemuHardwareTests {
  private func words(_ line: String) -> [String] {
    ["qemu-system-x86_64"] + line.split(separator: " ").map(String.init)
  }

  private func parse(_ line: String) -> QemuHardware { QemuHardware(words(line)) }

  @Test(
    arguments: [
      ("-m 1G", .init(.anonymous)),
      ("-mem-path /dev/hugepages/vm", .init(.file, isHuge: true, path: "/dev/hugepages/vm")),
      ("-object memory-backend-memfd,id=m,size=1G -machine q35,memory-backend=m", .init(.memfd, isShared: true)),
      (
        "-numa node,memdev=m -object memory-backend-memfd,id=m,share=off,hugetlb=on", .init(.memfd, isHuge: true)
      ),
      (
        "-object memory-backend-file,id=m,mem-path=/dev/shm/x,share=on -M pc,memory-backend=m",
        .init(.file, isShared: true, path: "/dev/shm/x")
      ),
      (
        #"-object {"qom-type":"memory-backend-ram","id":"pc.ram","size":5} -machine pc,memory-backend=pc.ram"#,
        .init(.anonymous)
      ),
      ("-object memory-backend-memfd,id=other -M pc", .init(.anonymous)),
    ] as [(String, VirtualHardware.Backing)])
  func `RAM is made of what the machine was told`(line: String, backing: VirtualHardware.Backing) {
    #expect(parse(line).backing == backing)
    #expect(QemuHardware(QemuArguments.keep(words(line))).backing == backing)
  }

  @Test(
    arguments: [
      ("-m 1G", ["the usual user"]), ("-nodefaults", []), ("-nic none", []), ("-net none", []),
      ("-nic user,model=e1000", ["e1000 user"]), ("-net nic,model=rtl8139 -net user", ["rtl8139 hub"]),
      ("-netdev tap,id=n0,ifname=vnet0 -device virtio-net-pci,netdev=n0", ["virtio-net-pci tap vnet0"]),
      (
        #"-netdev {"type":"tap","fd":"3","vhost":true,"id":"h0"} -device {"driver":"e1000e","netdev":"h0"}"#,
        ["e1000e tap"]
      ),
    ] as [(String, [String])])
  func `cards are found with what they lead to`(line: String, cards: [String]) {
    for hardware in [parse(line), QemuHardware(QemuArguments.keep(words(line)))] {
      #expect(hardware.cards.map { "\($0.model ?? "the usual") \($0.backend)" } == cards)
    }
  }

  @Test(
    arguments: [
      ("-drive file=/a.img,format=qcow2,if=virtio,readonly=on", ["/a.img qcow2 ro"]),
      ("-hda /b -cdrom /c.iso", ["/b ? rw", "/c.iso ? ro"]),
      ("-drive if=pflash,file=/f.fd", []),
      ("-blockdev driver=qcow2,file.driver=file,file.filename=/e.img", ["/e.img qcow2 rw"]),
      (
        #"-blockdev {"driver":"file","filename":"/w.img","node-name":"s","read-only":true} -blockdev {"driver":"qcow2","file":"s"}"#,
        ["/w.img qcow2 ro"]
      ),
    ] as [(String, [String])])
  func `disks are found with their formats`(line: String, disks: [String]) {
    for hardware in [parse(line), QemuHardware(QemuArguments.keep(words(line)))] {
      #expect(hardware.disks.map { "\($0.path) \($0.format ?? "?") \($0.isReadOnly ? "ro" : "rw")" } == disks)
    }
  }

  @Test func `kernel, initrd, balloon and confidential computing are found`() {
    let line =
      "-kernel /boot/k -initrd /boot/i -append secret -device virtio-balloon-pci,id=b -object sev-snp-guest,id=s,cbitpos=51"
    for hardware in [parse(line), QemuHardware(QemuArguments.keep(words(line)))] {
      #expect(hardware.kernel == "/boot/k" && hardware.initrd == "/boot/i")
      #expect(hardware.hasBalloon && hardware.confidential == ["sev-snp"])
    }
  }

  @Test func `a capture keeps no secret object and no key that is not read`() {
    let kept = QemuArguments.keep(
      words(
        "-object secret,id=HUSH,file=/HUSH -object {\"qom-type\":\"tls-creds-x509\",\"id\":\"t\",\"dir\":\"/HUSH\"} -append HUSH "
          + "-device usb-storage,serial=HUSH -nic user,hostfwd=HUSH -object memory-backend-ram,id=m,policy=HUSH -kernel /k"
      ))
    #expect(!kept.joined(separator: " ").contains("HUSH"))
    #expect(kept.contains("/k"))
  }

  @Test func `random words never crash it`() {
    var random = SplitMix(seed: 9)
    let line = Array(
      "-object memory-backend-file,id=m,mem-path=/x -netdev tap,id=n -device a,netdev=n -blockdev {\"file\":\"s\"} -drive file=x"
        .utf8)
    for _ in 0..<3000 {
      let words = String(decoding: random.damaged(line), as: UTF8.self).split(separator: " ").map(String.init)
      _ = QemuHardware(QemuArguments.keep(["q"] + words))
    }
  }
}
