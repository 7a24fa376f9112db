internal import LinuxSystem

/// Asks one container engine, Docker or Podman, over its unix socket.
public enum EngineClient {
  /// The running and paused containers of an engine: `GET /containers/json` without a version, which Docker (Engine
  /// API) and Podman (its Docker-compatible API) both take as their newest.
  ///
  /// Blocks the calling thread, which must not be an event loop, for at most `deadline` and the decoding of what came
  /// (about 13 ms a MB); a path on a file system that hangs is the exception. The process ignores SIGPIPE from the first request on.
  ///
  /// - Parameter deadline: Time for connecting and for the whole answer (of at most 8 MiB) together.
  /// - Throws: ``EngineError`` that tells a missing socket, a closed one, one that may not be opened and one with a
  ///   stranger behind it apart.
  public static func containers(
    at endpoint: EngineEndpoint, deadline: Duration
  ) throws(EngineError) -> [EngineContainer] {
    try containers(at: endpoint, until: Deadline(in: deadline))
  }

  /// The same by a deadline that runs already.
  static func containers(
    at endpoint: EngineEndpoint, until deadline: Deadline
  ) throws(EngineError) -> [EngineContainer] {
    let socket = try EngineSocket.connect(to: endpoint, until: deadline)
    let exchange = Exchange(endpoint: endpoint, path: runningAndPaused, deadline: deadline)
    return try EngineContainer.decode(try exchange.body(over: socket), from: endpoint)
  }

  /// The filter `{"status":["running","paused"]}`: without it Podman leaves paused containers out, Docker does not.
  private static let runningAndPaused =
    "/containers/json?filters=%7B%22status%22%3A%5B%22running%22%2C%22paused%22%5D%7D"
}
