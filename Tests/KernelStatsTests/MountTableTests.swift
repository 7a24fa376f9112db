import KernelStats
import TestSupport
import Testing

@Suite struct MountTableTests {
  private func table(_ text: String) throws -> [Mount] { try Mount.table(Array(text.utf8).span) }

  @Test func `a line says what is seen where, and whether it may be written`() throws {
    let mounts = try table(
      """
      111 62 0:50 / / ro,relatime master:3 - overlay overlay rw,lowerdir=/l/A:/l/B:/l/C,upperdir=/u,workdir=/w
      128 111 254:0 /srv/my\\040data /data rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
      129 111 0:25 / /tmp rw - tmpfs  ro,size=4k

      """)
    #expect(
      mounts == [
        Mount(device: "0:50", root: "/", point: "/", isReadOnly: true, type: "overlay", layers: 3),
        Mount(device: "254:0", root: "/srv/my data", point: "/data", isReadOnly: false, type: "ext4"),
        Mount(device: "0:25", root: "/", point: "/tmp", isReadOnly: true, type: "tmpfs"),
      ])
  }

  @Test(arguments: [
    (#"lowerdir=/a\134:b:/c"#, 2), ("lowerdir+=/a,lowerdir+=/b,upperdir=/u", 2), ("upperdir=/u", nil),
    ("lowerdir=/a", 1),
  ])
  func `layers are counted`(options: String, layers: Int?) throws {
    #expect(try table("1 1 0:1 / / rw - overlay overlay rw,\(options)\n").first?.layers == layers)
  }

  @Test(arguments: ["1 2 3", "1 1 0:1 / / rw overlay overlay rw", "1 1 0:1 / / rw - ext4"])
  func `half a line is an error`(line: String) {
    #expect(throws: FormatError.self) { try table(line) }
  }

  @Test func `what a capture keeps says the same, and nothing of sources and options`() throws {
    let mount = try #require(
      try table("1 1 0:5 /a\\134b\\011c\\012d /e\\040f ro - cifs //server/share rw,username=HUSH\n").first)
    #expect(!mount.kept.contains("HUSH") && !mount.kept.contains("server"))
    #expect(try table(mount.kept) == [mount])
    let overlay = Mount(device: "0:1", root: "/", point: "/", isReadOnly: false, type: "overlay", layers: 7)
    #expect(try table(overlay.kept) == [overlay])
  }

  @Test func `damaged tables never crash it`() {
    var random = SplitMix(seed: 11)
    let text = Array("111 62 0:50 / /x\\040 ro - overlay overlay rw,lowerdir=/l/A:/l\n".utf8)
    for _ in 0..<2000 { _ = try? Mount.table(random.damaged(text).span) }
  }
}

@Suite struct FileExtentTests {
  @Test func `an image's size is in its header, another file's is its length`() throws {
    let folder = try TemporaryFolder()
    var header: [UInt8] = [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]
    header += Array(repeating: 0, count: 16) + [0, 0, 0, 2, 0x80, 0, 0, 0]
    try folder.write("/a.qcow2", bytes: header)
    try folder.write("/short", bytes: Array(header.prefix(20)))
    let root = KernelRoot()
    #expect(
      try root.extent(of: folder.absolute("a.qcow2"), ProcessFiles(owner: 0), kept: "/k").virtual == 0x2_8000_0000)
    #expect(try root.extent(of: folder.absolute("short"), ProcessFiles(owner: 0), kept: "/k").virtual == 20)
    #expect(throws: KernelError.self) { try root.extent(of: "/dev/null", ProcessFiles(owner: 0), kept: "/k") }
    #expect(throws: KernelError.self) { try root.extent(of: "relative", ProcessFiles(owner: 0), kept: "/k") }
  }
}
