/// Asks one container engine, Docker or Podman, over its unix socket.
public enum EngineClient {
  /// The running containers of an engine: `GET /containers/json` without a version, which Docker (Engine API) and
  /// Podman (its Docker-compatible API) both take as their newest.
  ///
  /// Blocks the calling thread, which must not be an event loop, for at most `deadline`; a path on a file system that
  /// hangs is the exception. The process ignores SIGPIPE from the first request on.
  ///
  /// - Parameter deadline: Time for connecting and for the whole answer (of at most 8 MiB) together.
  /// - Throws: ``EngineError`` that tells a missing socket, a closed one, one that may not be opened and one with a
  ///   stranger behind it apart.
  public static func containers(
    at endpoint: EngineEndpoint, deadline: Duration
  ) throws(EngineError) -> [EngineContainer] {
    try containers(at: endpoint, until: Deadline(in: deadline))
  }

  static func containers(at endpoint: EngineEndpoint, until deadline: Deadline) throws(EngineError) -> [EngineContainer]
  {
    let socket = try EngineSocket.connect(to: endpoint, until: deadline)
    let exchange = Exchange(endpoint: endpoint, path: "/containers/json", deadline: deadline)
    return try EngineContainer.decode(try exchange.body(over: socket), from: endpoint)
  }
}
