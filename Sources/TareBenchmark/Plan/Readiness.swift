public import TareModel

/// What says that a command has started.
public enum Readiness: Sendable, CustomStringConvertible {
  /// Its own end, with exit code 0.
  case exit
  /// A line on its standard output or standard error.
  case stdout(Pattern)
  /// Something listens on this TCP port of 127.0.0.1 or ::1.
  case port(UInt16)
  /// A file is there.
  case file(String)
  /// `READY=1` on the socket that NOTIFY_SOCKET names (sd_notify(3)).
  case notify
  /// A container engine calls the container healthy whose id the command prints.
  case health

  /// A text that names no readiness.
  public struct Failure: Error, Hashable, CustomStringConvertible {
    public let description: String
  }

  public init(_ text: String) throws(Failure) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let value = parts.count > 1 ? parts[1] : nil
    switch (parts[0], value) {
    case ("exit", nil): self = .exit
    case ("notify", nil): self = .notify
    case ("health", nil): self = .health
    case ("stdout", let value?) where !value.isEmpty:
      do throws(Pattern.Failure) { self = .stdout(try Pattern(value)) } catch {
        throw Failure(description: "\(error)".harmless)
      }
    case ("port", let value?):
      guard let port = UInt16(value), port > 0 else {
        throw Failure(description: "port:\(value.harmless): expected 1 to 65535")
      }
      self = .port(port)
    case ("file", let value?) where !value.isEmpty && !value.hasSuffix("/"): self = .file(value)
    default:
      throw Failure(
        description: "\(text.harmless): expected exit, stdout:REGEX, port:N, file:PATH, notify or health")
    }
  }

  /// As it is given.
  public var description: String {
    switch self {
    case .exit: "exit"
    case .stdout(let pattern): "stdout:\(pattern.text)"
    case .port(let port): "port:\(port)"
    case .file(let path): "file:\(path)"
    case .notify: "notify"
    case .health: "health"
    }
  }

  /// For sentences: ready at …
  public var inWords: String {
    switch self {
    case .exit: "its end"
    case .stdout(let pattern): "a line like \(pattern.text.harmless)"
    case .port(let port): "the open port \(port)"
    case .file(let path): "the file \(path.harmless)"
    case .notify: "READY=1"
    case .health: "the engine's word healthy"
    }
  }
}
