internal import LinuxSystem

/// Why an engine gave no containers, or no events. The text is safe to print: nothing in it comes from the engine but numbers,
/// and control characters of a path are replaced.
public struct EngineError: Error, Sendable, Hashable {
  /// What went wrong, for programs.
  public enum Reason: Sendable, Hashable {
    /// An address that is not `unix://`; `remedy` is one that is.
    case unsupportedScheme(remedy: String)
    /// `unix://` without an absolute path behind it.
    case relativePath
    /// No such file, or a folder of the path is missing.
    case notFound
    /// The file is there and is no socket.
    case notASocket
    /// A symbolic link in a path that is a claim, or too many in another.
    case symbolicLink
    /// The path or the socket may not be opened by this user.
    case permissionDenied
    /// The socket file is there and nobody listens.
    case connectionRefused
    /// Someone else is at the other end; nothing was sent.
    case wrongPeer(uid: UInt32, process: Int32)
    /// No whole answer in this time, connecting included.
    case deadline(Duration)
    /// The engine answered with an HTTP status other than 200.
    case status(Int)
    /// The answer is not HTTP/1, or its head is larger than allowed.
    case notHTTP
    /// The body is larger than this many bytes.
    case tooLarge(limit: Int)
    /// The connection ended before the answer did.
    case closedEarly
    /// The body is not a list of containers; what was expected and where.
    case unexpectedBody(String)
    /// The engine ended its stream of events.
    case streamEnded
    /// A line of a stream of events is longer than this many bytes.
    case lineTooLong(limit: Int)
    /// A line of a stream is not an event; what was expected.
    case unexpectedEvent(String)
    /// There is no thread to ask it on: an error number, as of pthread_create(3).
    case noThread(Int32)
    /// Another error of a system call: its name and errno.
    case system(call: String, code: Int32)
  }

  /// The socket's path or the variable, harmless to a terminal.
  public let subject: String
  /// What went wrong with it.
  public let reason: Reason

  init(_ subject: String, _ reason: Reason) {
    self.subject = harmless(subject)
    self.reason = reason
  }

  init(_ endpoint: EngineEndpoint, _ reason: Reason) {
    self.init(endpoint.path, reason)
  }

  /// An endpoint's path as errors show it, harmless to a terminal.
  public static func place(_ endpoint: EngineEndpoint) -> String { harmless(endpoint.path) }
}

extension EngineError: CustomStringConvertible {
  /// One line: `/run/docker.sock: permission denied; join the group docker, or run as root`.
  public var description: String {
    guard reason == .permissionDenied, let remedy = SocketAccess.remedy(for: subject) else {
      return "\(subject): \(reason)"
    }
    return "\(subject): \(reason); \(remedy)"
  }
}

extension EngineError.Reason: CustomStringConvertible {
  /// The reason in words, with a remedy where there is one.
  public var description: String {
    switch self {
    case .unsupportedScheme(let remedy): "only unix:// sockets are read; unset it or use \(remedy)"
    case .relativePath: "expected an absolute path after unix://"
    case .notFound: "no such socket"
    case .notASocket: "not a socket"
    case .symbolicLink: "a symbolic link in the path is not followed"
    case .permissionDenied: "permission denied"
    case .connectionRefused: "connection refused: nobody listens"
    case .wrongPeer(let uid, let process): "the socket belongs to uid \(uid), process \(process): not asked"
    case .deadline(let limit): "no whole answer within \(milliseconds(limit)) ms"
    case .status(let code): "the engine answered with HTTP status \(code)"
    case .notHTTP: "the answer is not HTTP/1"
    case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
    case .closedEarly: "the connection ended before the answer did"
    case .unexpectedBody(let expectation): "not a list of containers: \(expectation)"
    case .streamEnded: "the stream of events ended"
    case .lineTooLong(let limit): "an event is longer than \(limit) bytes"
    case .unexpectedEvent(let expectation): "not an event: \(expectation)"
    case .noThread(let code): "not asked: \(SystemThread.Failure(number: code))"
    case .system(let call, let code): "\(call) failed with errno \(code)"
    }
  }
}

private func milliseconds(_ duration: Duration) -> Int64 {
  duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
}

/// The text with every scalar that is not a visible one (controls, format characters such as bidirectional
/// overrides, separators, unassigned) replaced, and no longer than 256 characters.
private func harmless(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(256) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      result.unicodeScalars.append("\u{FFFD}")
    default: result.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > 256 ? result + "…" : result
}
