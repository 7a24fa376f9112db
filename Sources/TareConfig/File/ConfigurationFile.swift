internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import TareModel

/// The file in the user's configuration folder.
public enum ConfigurationFile {
  /// Far more than all keys need; a wrong path does not fill the memory.
  static let greatest = 65_536

  /// Where it is looked for: `$XDG_CONFIG_HOME/tare/config.toml`, else in `~/.config`. A relative folder does not count, as
  /// the XDG specification wants it. Nil without a home.
  public static func path(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return "\(folder)/tare/config.toml" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return "\(home)/.config/tare/config.toml"
  }

  /// - Returns: nil where there is none.
  static func read(_ path: String) throws(Unreadable) -> String? {
    let descriptor = open(path)
    if descriptor < 0 {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw Unreadable("cannot be read: \(SystemError.text(errno))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Unreadable("cannot be read: not a regular file")
    }
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 8192)
    while content.count <= greatest {
      let count = unsafe part.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Unreadable("cannot be read: \(SystemError.text(errno))") }
      if count == 0 { return try text(content) }
      content += part.prefix(count)
    }
    throw Unreadable("cannot be read: larger than \(greatest / 1024) KiB")
  }

  /// With no more rights than those of whoever decides what stands there: what is wrong in a file is quoted, and a link in
  /// the folder of a user, which sudo may leave to root, could lead to any other file.
  private static func open(_ path: String) -> Int32 {
    // Without O_NONBLOCK a FIFO would hang here.
    let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
    if geteuid() == 0, let owner = PathOwner(of: path) {
      return unsafe tare_open_as(owner.user, owner.group, path, flags)
    }
    // Of a program that has more rights than its user, those of the user count.
    if getuid() != 0, unsafe access(path, R_OK) != 0 { return -1 }
    return unsafe tare_openat(AT_FDCWD, path, flags, 0)
  }

  /// The parser takes a C string, which would end at the first zero.
  private static func text(_ bytes: [UInt8]) throws(Unreadable) -> String {
    if let place = bytes.firstIndex(of: 0) {
      throw Unreadable("a zero byte", line: 1 + bytes[..<place].count { $0 == 0x0a })
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Unreadable("cannot be read: not UTF-8") }
    return text
  }
}

/// Why a file cannot be used at all.
struct Unreadable: Error {
  let reason: String
  let line: Int?
  let column: Int?

  init(_ reason: String, line: Int? = nil, column: Int? = nil) {
    self.reason = reason
    self.line = line
    self.column = column
  }

  func complaint(_ path: String) -> String {
    let place = [line, column].compactMap { $0 }.map { "\($0):" }.joined()
    return "\(path.harmless):\(place) \(reason.harmless)"
  }
}
