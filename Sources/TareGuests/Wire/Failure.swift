/// Why a machine's socket told nothing. Nothing in the text comes from the other end but numbers.
public enum WireFailure: Error, Sendable, Hashable {
  /// Nobody listens there.
  case absent
  case denied
  /// The path, or a folder on the way, could be exchanged by others, or is no socket.
  case untrusted(String)
  /// Another process listens.
  case foreign(pid: Int32)
  /// No whole answer within this time.
  case late(Duration)
  /// A line of more than ``LineBuffer/limit`` bytes.
  case tooLong
  /// Not what the protocol says; what was expected.
  case malformed(String)
  /// The connection ended.
  case ended
  /// The command was refused.
  case refused(String)
  case system(call: String, code: Int32)
}

extension WireFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .absent: "nobody listens on the socket"
    case .denied: "the socket may not be opened: run as root, or as the VM's user"
    case .untrusted(let why): "the socket's path is not trusted: \(why)"
    case .foreign(let pid): "process \(pid) listens on the socket, not the VM: not asked"
    case .late(let limit): "no answer within \(limit)"
    case .tooLong: "a line of more than \(LineBuffer.limit) bytes: expected one of at most that"
    case .malformed(let expected): "expected \(expected), found something else"
    case .ended: "the connection ended before the answer did"
    case .refused(let command): "\(command) is refused"
    case .system(let call, let code): "\(call) failed with errno \(code)"
    }
  }
}
