internal import LinuxSystem

/// A container that was started and whose service has said that it is ready.
public struct StartedContainer: Sendable {
  public let name: String
  /// The id by which its runtime knows it.
  public let id: String
  /// `runc`, `crun` or `podman`.
  public let runtime: String
  /// Its first process, as the host numbers it.
  public let pid: Int32
  /// When the runtime was called.
  public let requested: ContinuousClock.Instant
  /// From the call of the runtime to the ready line.
  public let readyAfter: Duration
}

extension Laboratory {
  /// Starts a container with the service in it, limited to 64 MiB and half a core, and waits until the service is ready.
  ///
  /// Root's containers are made by runc, or crun where runc is not installed; those of others by Podman. A container that
  /// does not become ready is removed.
  public func startContainer(
    name: String, load: ServiceLoad = ServiceLoad(), cancelled: () -> Bool = { false }
  ) throws -> StartedContainer {
    let runtime = try ContainerRuntime.preferred(in: surroundings)
    let item = try enter(.container, name: name, runtime: runtime.name.rawValue)
    do {
      return try start(item, with: runtime, load: load, cancelled: cancelled)
    } catch {
      try? remove(name)
      throw error
    }
  }

  private func start(
    _ item: Record.Item, with runtime: ContainerRuntime, load: ServiceLoad, cancelled: () -> Bool
  ) throws -> StartedContainer {
    let limit = Duration.seconds(10)
    let log = "\(path(of: item))/log"
    let watch = FolderWatch(path(of: item))
    var (begin, seen) = (ContinuousClock.now, ContinuousClock.Instant?.none)
    var (requested, looked) = (SystemClock.realtime.now, SystemClock.realtime.now)
    var ready = requested...requested
    // It may be ready before the runtime's call returns.
    func look() {
      let now = SystemClock.realtime.now
      if seen == nil, (try? Files.text(log))?.contains(Service.readyLine) == true {
        seen = .now
        ready = min(looked, now)...SystemClock.realtime.now
      }
      looked = now
    }
    try runtime.start(
      id: item.id, folder: path(of: item), service: service, load: load, limit: limit, cancelled: cancelled,
      watching: watch,
      begin: {
        begin = .now
        (requested, looked) = (SystemClock.realtime.now, SystemClock.realtime.now)
      }, look: look)
    let isReady = try Polling.wait(atMost: limit, watching: watch, cancelled: cancelled) {
      look()
      return seen != nil
    }
    let readyAfter = (seen ?? .now) - begin
    guard isReady else {
      throw Failure.notReady(name: item.name, limit: limit, output: Excerpt.of((try? Files.read(log)) ?? []))
    }
    guard let state = runtime.state(of: item.id), let process = ProcessIdentity(of: state.pid) else {
      throw Failure.ended(name: item.name, reason: Excerpt.of((try? Files.read(log)) ?? []))
    }
    try enter(process, for: item)
    starts.begin(container: process, name: item.name, requested: requested, ready: ready)
    return StartedContainer(
      name: item.name, id: item.id, runtime: item.runtime, pid: process.pid, requested: begin, readyAfter: readyAfter)
  }
}
