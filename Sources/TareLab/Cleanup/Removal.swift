internal import Glibc

/// Ends and removes what a record names: the things of this process, or those that a dead one has left.
struct Removal {
  /// The laboratory's own folder: nothing outside it is removed but the containers and control groups with its ids.
  let folder: String
  let surroundings: LabEnvironment
  /// How long a process may take to end by itself.
  var grace = Duration.seconds(2)

  enum Failure: Error, CustomStringConvertible, Equatable {
    case alive(pid: Int32)
    case foreign(id: String, bundle: String)
    case busy([String])

    var description: String {
      switch self {
      case .alive(let pid): "process \(pid) does not end: look at /proc/\(pid)/stack"
      case .foreign(let id, let bundle): "the container \(id) was made from \(bundle), not by us: left alone"
      case .busy(let folders): "still in use: \(folders.joined(separator: " ")): remove with rmdir when empty"
      }
    }
  }

  func remove(_ item: Record.Item) throws {
    if let process = item.process, try !process.end(grace: grace) { throw Failure.alive(pid: process.pid) }
    // A plain process is a child of the laboratory's own process, if that still lives: nobody else takes it.
    if item.kind == .process, let process = item.process { waitpid(process.pid, nil, WNOHANG) }
    if item.kind == .container { try removeContainer(item) }
    try Files.remove("\(folder)/\(item.id)")
  }

  private func removeContainer(_ item: Record.Item) throws {
    guard let name = ContainerRuntime.Name(rawValue: item.runtime) else { return }
    let runtime = try ContainerRuntime(name, in: surroundings)
    if let state = runtime.state(of: item.id) {
      guard state.bundle == "\(folder)/\(item.id)" else {
        throw Failure.foreign(id: item.id, bundle: state.bundle)
      }
      try runtime.delete(item.id)
    }
    if name == .podman { return }  // it has chosen the control group, and removes it
    let left = try CgroupFolders.remove(OCIConfiguration.cgroup(of: item.id))
    if !left.isEmpty { throw Failure.busy(left) }
  }
}

/// Some of what was to be removed is still there.
public struct Leftovers: Error, CustomStringConvertible {
  /// One sentence a thing, with the reason.
  public let reasons: [String]

  public var description: String { "could not remove everything: \(reasons.joined(separator: "; "))" }
}
