internal import CUnixSocket
internal import Glibc
internal import LinuxSystem

/// A connected socket whose other end has been checked. Closes itself unless its descriptor is taken.
struct EngineSocket: ~Copyable {
  private let descriptor: CInt

  /// Connects and checks the peer; waits while the engine's queue is full, until the deadline.
  static func connect(to endpoint: EngineEndpoint, until deadline: Deadline) throws(EngineError) -> EngineSocket {
    let file = try open(endpoint)
    defer { close(file) }
    let socket = EngineSocket(descriptor: try connect(file, endpoint, deadline))
    try socket.checkPeer(endpoint)
    return socket
  }

  deinit { close(descriptor) }

  /// The descriptor, which the caller has to close now.
  consuming func take() -> CInt {
    let taken = descriptor
    discard self
    return taken
  }

  /// A descriptor that only names the socket's file. A path that is a claim is followed through no symbolic link.
  private static func open(_ endpoint: EngineEndpoint) throws(EngineError) -> CInt {
    guard endpoint.path.hasPrefix("/"), !endpoint.path.utf8.contains(0) else { throw EngineError(endpoint, .notFound) }
    let file = unsafe tare_socket_file(endpoint.path, endpoint.expectedPeer == .rootOrSelf ? 1 : 0)
    guard file >= 0 else { throw EngineError(endpoint, reason(of: "openat2", errno)) }
    guard tare_is_socket_file(file) != 0 else {
      close(file)
      throw EngineError(endpoint, .notASocket)
    }
    return file
  }

  private static func connect(
    _ file: CInt, _ endpoint: EngineEndpoint, _ deadline: Deadline
  ) throws(EngineError) -> CInt {
    while true {
      let descriptor = tare_socket_connect(file)
      if descriptor >= 0 { return descriptor }
      let code = errno
      guard code == EAGAIN || code == EINTR else { throw EngineError(endpoint, reason(of: "connect", code)) }
      guard deadline.remaining > .zero else { throw EngineError(endpoint, .deadline(deadline.limit)) }
      usleep(2_000)
    }
  }

  private func checkPeer(_ endpoint: EngineEndpoint) throws(EngineError) {
    let peer = tare_socket_peer(descriptor)
    guard peer.error == 0 else { throw EngineError(endpoint, .system(call: "getsockopt", code: peer.error)) }
    guard endpoint.expectedPeer.admits(uid: peer.user, process: peer.process, own: geteuid()) else {
      throw EngineError(endpoint, .wrongPeer(uid: peer.user, process: peer.process))
    }
  }

  private static func reason(of call: String, _ code: CInt) -> EngineError.Reason {
    switch code {
    case ENOENT, ENOTDIR: .notFound
    case ELOOP: .symbolicLink
    case EACCES, EPERM: .permissionDenied
    case ECONNREFUSED: .connectionRefused
    default: .system(call: call, code: code)
    }
  }
}

extension EngineEndpoint.Peer {
  /// Whether a peer with these credentials is the expected one; `own` is this program's effective uid.
  func admits(uid: UInt32, process: Int32, own: UInt32) -> Bool {
    switch self {
    case .rootOrSelf: uid == 0 || uid == own
    case .uid(let expected): uid == expected
    case .process(let expected): process == expected && process > 0
    }
  }
}
