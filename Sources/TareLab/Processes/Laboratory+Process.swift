internal import Glibc
internal import LinuxSystem

/// The service as a process of this machine, started and ready.
public struct StartedProcess: Sendable {
  public let name: String
  public let pid: Int32
  /// When it was started.
  public let requested: ContinuousClock.Instant
  /// From its start to the ready line.
  public let readyAfter: Duration
}

extension Laboratory {
  /// Starts the service without any box around it, and waits until it is ready: what containers and machines are compared
  /// with. A process that does not become ready is removed.
  public func startProcess(
    name: String, load: ServiceLoad = ServiceLoad(), cancelled: () -> Bool = { false }
  ) throws -> StartedProcess {
    let item = try enter(.process, name: name, runtime: "none")
    do {
      return try start(item, load: load, cancelled: cancelled)
    } catch {
      try? remove(name)
      throw error
    }
  }

  private func start(_ item: Record.Item, load: ServiceLoad, cancelled: () -> Bool) throws -> StartedProcess {
    let limit = Duration.seconds(10)
    let log = "\(path(of: item))/log"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC
    let output = try Descriptor(unsafe open(log, flags, 0o600), "create", log)
    let command = Command(arguments: [service.path] + load.arguments, environment: surroundings.variables)
    let watch = FolderWatch(path(of: item))
    let begin = ContinuousClock.now
    let pid = try command.start(output: output.number, errors: output.number)
    guard let process = ProcessIdentity(of: pid) else {
      throw SystemError("find", "process \(pid)", number: ESRCH)
    }
    do { try enter(process, for: item) } catch {
      _ = try? process.end(grace: .zero)  // nobody else knows of it
      waitpid(pid, nil, WNOHANG)
      throw error
    }
    let ready = try Polling.wait(atMost: limit, watching: watch, cancelled: cancelled) {
      if try Files.text(log).contains(Service.readyLine) { return true }
      var status: Int32 = 0
      guard unsafe waitpid(pid, &status, WNOHANG) == 0 else {
        throw Failure.ended(
          name: item.name, reason: "\(Command.meaning(of: status)): \(Excerpt.of(try Files.read(log)))")
      }
      return false
    }
    let readyAfter = ContinuousClock.now - begin
    guard ready else {
      throw Failure.notReady(name: item.name, limit: limit, output: Excerpt.of((try? Files.read(log)) ?? []))
    }
    return StartedProcess(name: item.name, pid: pid, requested: begin, readyAfter: readyAfter)
  }
}
