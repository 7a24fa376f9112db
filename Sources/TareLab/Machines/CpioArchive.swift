/// An archive in the format of a Linux initramfs: cpio "newc" (kernel: Documentation/driver-api/early-userspace/
/// buffer-format.rst). The kernel unpacks it into the root folder of a machine and starts `/init` from it.
struct CpioArchive {
  private(set) var bytes: [UInt8] = []
  private var entries = 0

  private static let folder = 0o040755
  private static let executable = 0o100755
  private static let characterDevice = 0o020600

  mutating func addFolder(_ name: String) {
    add(name, mode: Self.folder)
  }

  mutating func addExecutable(_ name: String, _ content: [UInt8]) {
    add(name, mode: Self.executable, content: content)
  }

  mutating func addCharacterDevice(_ name: String, major: Int, minor: Int) {
    add(name, mode: Self.characterDevice, device: (major, minor))
  }

  /// Ends the archive. Nothing can be added afterwards.
  consuming func finished() -> [UInt8] {
    add("TRAILER!!!", mode: 0)
    return bytes
  }

  /// One entry: a header of 13 numbers with 8 hexadecimal digits each, the name with a NUL, the content. Name and content
  /// begin and end at multiples of four.
  private mutating func add(_ name: String, mode: Int, content: [UInt8] = [], device: (Int, Int) = (0, 0)) {
    entries += 1
    let header = [
      entries,  // inode
      mode,
      0, 0,  // user, group
      1,  // links
      0,  // modified
      content.count,
      0, 0,  // device that holds the file: major, minor
      device.0, device.1,  // device that the file is: major, minor
      name.utf8.count + 1,
      0,  // checksum, not used in this format
    ]
    bytes += "070701".utf8
    for number in header { bytes += Self.digits(number) }
    bytes += name.utf8
    bytes.append(0)
    pad()
    bytes += content
    pad()
  }

  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  private static func digits(_ number: Int) -> [UInt8] {
    let digits = Array(String(number, radix: 16, uppercase: true).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: 8 - digits.count) + digits
  }
}
