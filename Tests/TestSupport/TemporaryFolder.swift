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

  /// Writes a file and makes the folders above it.
  public func write(_ name: String, bytes: [UInt8]) throws {
    let parts = name.split(separator: "/")
    if parts.count > 1 { try makeFolder(parts.dropLast().joined(separator: "/")) }
    try Data(bytes).write(to: URL(filePath: absolute(name)))
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
