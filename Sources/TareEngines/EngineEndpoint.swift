/// Where a container engine listens, and who has to be there.
public struct EngineEndpoint: Sendable, Hashable {
  /// Who must own the other end of the socket (SO_PEERCRED, unix(7)); looked at before anything is sent.
  public enum Peer: Sendable, Hashable {
    /// Root or the user that runs this program. For the default places and for what the user named in the
    /// environment: symbolic links in the path are followed.
    case rootOrSelf
    /// This user and no other, not even root. The path is a claim: no symbolic link is followed.
    case uid(UInt32)
    /// This process and no other. With socket activation that is the process that listens (systemd), not the
    /// engine. The path is a claim: no symbolic link is followed.
    case process(Int32)
  }

  /// Absolute path of the unix socket; may be longer than the 107 bytes of `sun_path`.
  public let path: String
  /// Who must be at the other end.
  public let expectedPeer: Peer

  /// An endpoint at an absolute path; nothing is opened or checked yet.
  public init(path: String, expectedPeer: Peer = .rootOrSelf) {
    self.path = path
    self.expectedPeer = expectedPeer
  }

  /// The endpoint that an address such as `unix:///run/docker.sock` names, in the form that docker and podman
  /// accept in the environment: `unix://` and an absolute path, taken as it is (no escapes, no query).
  ///
  /// - Parameters:
  ///   - url: The value. An empty one means "not set" to docker: ask before calling.
  ///   - variable: Where it came from, for the message: `DOCKER_HOST` or `CONTAINER_HOST`.
  /// - Throws: ``EngineError/Reason-swift.enum/unsupportedScheme`` or
  ///   ``EngineError/Reason-swift.enum/relativePath``. The message shows the scheme alone, as an address may hold a
  ///   password.
  public static func parse(_ url: String, from variable: String = "DOCKER_HOST") throws(EngineError) -> EngineEndpoint {
    guard let (scheme, rest) = split(url) else {
      throw EngineError("\(variable)=…", .unsupportedScheme(remedy: remedy(for: variable)))
    }
    guard scheme == "unix" else {
      throw EngineError("\(variable)=\(scheme)://…", .unsupportedScheme(remedy: remedy(for: variable)))
    }
    guard rest.utf8.first == UInt8(ascii: "/"), !rest.utf8.contains(0) else {
      throw EngineError("\(variable)=unix://…", .relativePath)
    }
    return EngineEndpoint(path: String(rest))
  }

  /// Scheme and rest of `scheme://rest`, if the scheme is one by RFC 3986, section 3.1, and short.
  private static func split(_ url: String) -> (scheme: Substring, rest: Substring)? {
    let scheme = url.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    let rest = url[scheme.endIndex...]
    guard scheme.first?.isLetter == true, scheme.utf8.count <= 16, rest.hasPrefix("://") else { return nil }
    return (scheme, rest.dropFirst(3))
  }

  private static func remedy(for variable: String) -> String {
    variable == "CONTAINER_HOST" ? "unix:///run/podman/podman.sock" : "unix:///run/docker.sock"
  }
}
