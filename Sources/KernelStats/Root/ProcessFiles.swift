internal import CLinux
internal import Glibc

/// Which files the paths of a process lead to.
public struct ProcessFiles: Sendable, Hashable {
  /// Only files of root's and of this user's are opened.
  public let owner: UInt32
  /// The process, where it has mounts of its own: its paths count from its root folder. Nil where they mean the same here.
  let inside: Int32?

  /// Of a user, where they are the host's.
  public init(owner: UInt32) { (self.owner, inside) = (owner, nil) }

  private init(owner: UInt32, inside: Int32) { (self.owner, self.inside) = (owner, inside) }

  /// Only root can have given it other mounts than ours: it is in our user namespace, and so is whoever made its mount
  /// namespace. A user who makes a user namespace may show itself any file at any path.
  /// - Returns: nil where that is not so, or may not be seen.
  public init?(of pid: Int32, _ root: KernelRoot) {
    guard let owner = root.user(of: pid) else { return nil }
    if root.sharesOurFiles(pid) {
      self.init(owner: owner)
      return
    }
    guard root.shares("user", with: pid) else { return nil }
    // A capture was asked when it was made.
    if root.isLive {
      guard let folder = Self.rootFolder(of: pid) else { return nil }
      close(folder)
    }
    self.init(owner: owner, inside: pid)
  }

  /// The folder that this process's paths count from; nil where a user made its mounts. All is looked up below one
  /// descriptor, so that it is about one process even where its number is used again.
  static func rootFolder(of pid: Int32) -> Int32? {
    let process = unsafe tare_openat(AT_FDCWD, "/proc/\(pid)", Int32(TARE_O_PATH) | O_DIRECTORY, 0)
    guard process >= 0 else { return nil }
    defer { close(process) }
    let mounts = unsafe tare_openat(process, "ns/mnt", O_RDONLY, 0)
    guard mounts >= 0 else { return nil }
    defer { close(mounts) }
    let users = tare_owner_of_namespace(mounts)
    guard users >= 0 else { return nil }
    defer { close(users) }
    var (theirs, its, ours) = (stat(), stat(), stat())
    guard unsafe fstat(users, &theirs) == 0, unsafe fstatat(process, "ns/user", &its, 0) == 0,
      unsafe stat("/proc/self/ns/user", &ours) == 0, theirs.st_ino == ours.st_ino, its.st_ino == ours.st_ino
    else { return nil }
    let folder = unsafe tare_openat(process, "root", Int32(TARE_O_PATH) | O_DIRECTORY, 0)
    return folder >= 0 ? folder : nil
  }
}
