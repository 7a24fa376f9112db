internal import CLinux
internal import CUnixSocket
internal import Glibc
internal import LinuxSystem

/// Where a machine listens, and who has to be there. The path is a claim: each folder on the way, and the socket, must
/// belong to root or to the machine's user, and nobody else may write there (a sticky folder such as /tmp may be, since
/// nobody can replace another's entry); no symbolic link is followed.
public struct MachineSocket: Sendable, Hashable {
  public var path: String
  /// The process that must be the one that listens (SO_PEERCRED).
  public var pid: Int32
  /// The user that it runs as.
  public var owner: UInt32

  public init(path: String, pid: Int32, owner: UInt32) {
    self.path = path
    self.pid = pid
    self.owner = owner
  }

  /// - Returns: a connected, non-blocking descriptor, which the caller closes.
  func connect(until deadline: Deadline) throws(WireFailure) -> Int32 {
    let file = try open()
    defer { close(file) }
    while true {
      let descriptor = tare_socket_connect(file)
      if descriptor >= 0 { return try checked(descriptor) }
      let code = errno
      // A full queue: another client is connected, and more of them wait.
      guard code == EAGAIN || code == EINTR else { throw Self.failure("connect", code) }
      guard deadline.remaining > .zero else { throw .late(deadline.limit) }
      usleep(2_000)
    }
  }

  private func checked(_ descriptor: Int32) throws(WireFailure) -> Int32 {
    let peer = tare_socket_peer(descriptor)
    guard peer.error == 0, peer.process == pid, pid > 0 else {
      close(descriptor)
      throw peer.error == 0 ? .foreign(pid: peer.process) : .system(call: "getsockopt", code: peer.error)
    }
    return descriptor
  }

  /// A descriptor that only names the socket.
  private func open() throws(WireFailure) -> Int32 {
    let parts = path.split(separator: "/")
    guard path.hasPrefix("/"), !path.utf8.contains(0), !parts.contains(".."), !parts.isEmpty else {
      throw .untrusted("expected an absolute path")
    }
    var place = unsafe tare_openat(AT_FDCWD, "/", Int32(TARE_O_PATH) | O_DIRECTORY, 0)
    guard place >= 0 else { throw Self.failure("open", errno) }
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      let flags = UInt64(TARE_O_PATH) | UInt64(isLast ? 0 : O_DIRECTORY)
      let next = unsafe tare_openat2(
        place, String(part), flags, 0, UInt64(RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS))
      let code = errno
      close(place)
      guard next >= 0 else { throw Self.failure("open", code) }
      place = next
      if let why = distrust(place, isSocket: isLast) {
        close(place)
        throw .untrusted(why)
      }
    }
    return place
  }

  private func distrust(_ file: Int32, isSocket: Bool) -> String? {
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { return "it cannot be looked at" }
    guard status.st_uid == 0 || status.st_uid == owner else {
      return "a folder or file on the way belongs to user \(status.st_uid)"
    }
    if isSocket { return status.st_mode & S_IFMT == S_IFSOCK ? nil : "no socket" }
    let isSticky = status.st_mode & S_ISVTX != 0
    return status.st_mode & 0o022 == 0 || isSticky ? nil : "a folder on the way may be written by others"
  }

  private static func failure(_ call: String, _ code: Int32) -> WireFailure {
    switch code {
    case ENOENT, ENOTDIR, ECONNREFUSED: .absent
    case EACCES, EPERM: .denied
    case ELOOP: .untrusted("a symbolic link on the way")
    default: .system(call: call, code: code)
    }
  }
}
