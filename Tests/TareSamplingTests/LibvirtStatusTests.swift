import TestSupport
import Testing

@testable import TareSampling

struct LibvirtStatusTests {
  private func status(_ devices: String) -> LibvirtStatus {
    LibvirtStatus(
      xml: "<domstatus state='running' pid='300'><domain><devices>\(devices)</devices></domain></domstatus>")
  }

  @Test func `the files that get what a domain says are known by their paths`() {
    let found = status(
      """
      <serial type='file'>
        <source path='/var/log/libvirt/qemu/a&amp;b-console.log'/>
      </serial>
      <serial type='pty'><source path='/dev/pts/3'/><log file='/var/log/b.log' append='on'/></serial>
      <console type='file'><source path='/var/log/libvirt/qemu/a&amp;b-console.log'/></console>
      """)
    #expect(found.consoles == ["/var/log/libvirt/qemu/a&b-console.log", "/var/log/b.log"])
    #expect(found.appends)
    #expect(!status("<serial type='file'><source path='/a'/></serial>").appends)
  }

  @Test(arguments: [
    "", "<serial type='pty'><source path='/dev/pts/3'/></serial>", "<serial type='file'>", "<serial type='file'",
    "<serial ",
    "<serial type='file'><source path='relative'/></serial>", "<disk type='file'><source path='/d'/></disk>",
    "<serial type=\"file\"><source path=\"/a\"/></serial>",
  ]) func `anything else leads nowhere`(devices: String) {
    #expect(status(devices).consoles.isEmpty)
  }

  @Test func `it is believed of its own QEMU only`() throws {
    let host = try FakeHost()
    try host.process(300)
    try host.process(301)
    try host.file(
      "/run/libvirt/qemu/tiny.xml",
      "<domstatus state='running' pid='300'><serial type='file'><source path='/a'/></serial></domstatus>")
    let root = try host.root()
    #expect(LibvirtStatus(of: "tiny", 300, root)?.consoles == ["/a"])
    #expect(LibvirtStatus(of: "tiny", 301, root) == nil)
    #expect(LibvirtStatus(of: "../tiny", 300, root) == nil)
  }
}
