internal import CLinux
internal import FoundationEssentials
internal import Glibc

/// A folder of this test, mode 0700, removed with the object.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "tare-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    var path = url.path
    while path.hasSuffix("/") { path.removeLast() }
    self.path = path
    try setMode(0o700)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// `name` below the folder, with or without a leading slash.
  public func absolute(_ name: String) -> String { name.hasPrefix("/") ? path + name : "\(path)/\(name)" }

  public func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: absolute(name), withIntermediateDirectories: true)
  }

  public func write(_ name: String, _ text: String) throws { try write(name, bytes: Array(text.utf8)) }

  /// Writes a file and makes the folders above it. Never through a symbolic link and never outside of the folder: a fake
  /// host is full of links that name real programs, and tests run as root.
  public func write(_ name: String, bytes: [UInt8]) throws {
    let parts = name.split(separator: "/")
    if parts.count > 1 { try makeFolder(parts.dropLast().joined(separator: "/")) }
    let folder = unsafe tare_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
    guard folder >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    defer { close(folder) }
    let flags = UInt64(O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK)
    let inside = UInt64(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)
    let fd = unsafe tare_openat2(folder, parts.joined(separator: "/"), flags, 0o644, inside)
    guard fd >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    defer { close(fd) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(fd, $0.baseAddress, $0.count) }
      guard count > 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
      rest = rest.dropFirst(count)
    }
  }

  /// All regular files, by their path below the folder; links are left out.
  public func files() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted().filter { isFile($0) }
  }

  private func isFile(_ name: String) -> Bool {
    var status = stat()
    return unsafe lstat(absolute(name), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  public func link(_ name: String, to target: String) throws {
    let parts = name.split(separator: "/")
    if parts.count > 1 { try makeFolder(parts.dropLast().joined(separator: "/")) }
    guard unsafe symlink(target, absolute(name)) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  public func makeFIFO(_ name: String) throws {
    guard unsafe mkfifo(absolute(name), 0o600) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  public func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: absolute(name)) }

  public func move(_ name: String, to other: String) throws {
    try FileManager.default.moveItem(atPath: absolute(name), toPath: absolute(other))
  }

  public func setMode(_ mode: UInt32, of name: String = "") throws {
    guard unsafe chmod(absolute(name), mode) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  /// Permission bits.
  public func mode(of name: String = "") -> UInt32? {
    var status = stat()
    return unsafe lstat(absolute(name), &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  /// Only root may.
  public func setOwner(_ uid: UInt32, of name: String) throws {
    guard unsafe chown(absolute(name), uid, uid) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  /// The folder on its own path, without symbolic links on the way.
  public var resolved: String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}

/// Whether the tests run as root: some need another user's files.
public let isRoot = geteuid() == 0
