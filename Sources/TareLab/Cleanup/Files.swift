internal import CLinux
internal import Glibc
internal import LinuxSystem

/// The few things this module does with files. All of them refuse a symbolic link as the last part of a path.
enum Files {
  /// Text that is larger is cut off.
  static let limit = 1 << 20

  /// The content of a regular file or a file of /proc, up to `limit` bytes.
  static func read(_ path: String) throws(SystemError) -> [UInt8] {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    return try read(Descriptor(unsafe open(path, flags), "open", path), path)
  }

  /// The content of an open file from its beginning, up to `limit` bytes.
  static func read(
    _ file: Descriptor, _ path: String, limit: Int = limit
  ) throws(SystemError) -> [UInt8] {
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: min(limit, 64 << 10))
    while content.count < limit {
      let count = unsafe part.withUnsafeMutableBytes {
        unsafe pread(file.number, $0.baseAddress, $0.count, content.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("read", path) }
      if count == 0 { break }
      content += part.prefix(count)
    }
    return content
  }

  /// As `read`, decoded; what is no UTF-8 becomes U+FFFD.
  static func text(_ path: String) throws(SystemError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  /// Creates a file that must not exist yet, readable for its owner only.
  static func create(_ path: String, _ content: [UInt8]) throws(SystemError) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = try Descriptor(unsafe open(path, flags, 0o600), "create", path)
    do throws(WriteFailure) { try writeAll(content[...], to: file.number) } catch {
      throw SystemError("write", path, number: error.number)
    }
  }

  /// Replaces a file in one step: a reader sees the old content or the new, never a part.
  static func replace(_ path: String, _ content: [UInt8]) throws(SystemError) {
    let new = "\(path).new"
    unsafe unlink(new)
    try create(new, content)
    try move(new, to: path)
  }

  static func move(_ path: String, to destination: String) throws(SystemError) {
    guard unsafe rename(path, destination) == 0 else { throw SystemError("rename", path) }
  }

  static func makeFolder(_ path: String) throws(SystemError) {
    guard unsafe mkdir(path, 0o700) == 0 else { throw SystemError("make the folder", path) }
  }

  static func exists(_ path: String, mode: Int32 = F_OK) -> Bool {
    unsafe access(path, mode) == 0
  }

  /// The names in a folder, sorted, without `.` and `..`.
  static func names(in path: String) throws(SystemError) -> [String] {
    guard let folder = unsafe opendir(path) else { throw SystemError("list", path) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file or a folder with all it holds. A symbolic link is removed, never followed. No error if there is none.
  static func remove(_ path: String) throws(SystemError) {
    if unsafe unlink(path) == 0 || errno == ENOENT { return }
    guard errno == EISDIR || errno == EPERM else { throw SystemError("remove", path) }
    // The open descriptor, not the path, says what is emptied: nobody can put a link in its place meanwhile.
    let folder = try Descriptor(unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "open", path)
    for name in try names(in: "/proc/self/fd/\(folder.number)") {
      try remove("/proc/self/fd/\(folder.number)/\(name)")
    }
    guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw SystemError("remove", path) }
  }
}
