internal import Glibc
internal import LinuxSystem

/// A folder that only its owner can read and write, and that is really this user's.
///
/// tare often runs as root and later believes what it finds in such a folder. So it takes one only when nobody else can
/// have put it there: no symbolic link, own user, no rights for others, in a parent where others cannot exchange it.
struct PrivateFolder: ~Copyable {
  let path: String
  private let descriptor: Descriptor

  enum Failure: Error, CustomStringConvertible, Equatable {
    case notAFolder(String)
    case foreignOwner(String, uid: UInt32)
    case open(String, mode: UInt32)
    case exchangeable(String, parent: String)

    var description: String {
      switch self {
      case .notAFolder(let path): "\(path) is not a folder, or a symbolic link: remove it"
      case .foreignOwner(let path, let uid): "\(path) belongs to user \(uid), not to us: have it removed"
      case .open(let path, let mode):
        "\(path) is open to others (mode \(String(mode, radix: 8))): check what is in it, then 'chmod 700 \(path)'"
      case .exchangeable(let path, let parent):
        "\(path): others may write in \(parent): choose another place with XDG_RUNTIME_DIR or XDG_CACHE_HOME"
      }
    }
  }

  /// Opens the folder at `path`, and makes it (and its parent) if there is none and `create` is set.
  init(_ path: String, create: Bool = true) throws {
    let parent = Self.parent(of: path)
    if unsafe create && mkdir(path, 0o700) != 0 && errno == ENOENT {
      unsafe mkdir(parent, 0o700)
      unsafe mkdir(path, 0o700)
    }
    let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if number < 0 && (errno == ENOTDIR || errno == ELOOP) { throw Failure.notAFolder(path) }
    let descriptor = try Descriptor(number, create ? "make the folder" : "open", path)
    try Self.check(descriptor, path, parent: parent)
    self.path = path
    self.descriptor = descriptor
  }

  private static func check(_ folder: Descriptor, _ path: String, parent: String) throws {
    var status = stat()
    guard unsafe fstat(folder.number, &status) == 0 else { throw SystemError("check", path) }
    guard status.st_uid == geteuid() else { throw Failure.foreignOwner(path, uid: status.st_uid) }
    guard status.st_mode & 0o077 == 0 else { throw Failure.open(path, mode: status.st_mode & 0o7777) }
    guard unsafe stat(parent, &status) == 0 else { throw SystemError("check", parent) }
    let trusted = status.st_uid == 0 || status.st_uid == geteuid()
    let sticky = status.st_mode & S_ISVTX != 0
    guard trusted && (sticky || status.st_mode & 0o022 == 0) else {
      throw Failure.exchangeable(path, parent: parent)
    }
  }

  /// Whether this process holds the folder from now on until it ends; false if another process does.
  ///
  /// The kernel gives the lock back whenever the holder dies, so a lock that can be had proves that nobody is at work.
  func lock() -> Bool {
    flock(descriptor.number, LOCK_EX | LOCK_NB) == 0
  }

  private static func parent(of path: String) -> String {
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    return path.hasPrefix("/") ? "/\(parent)" : parent.isEmpty ? "." : parent
  }
}
