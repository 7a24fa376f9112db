internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Starts real containers and virtual machines, for lecture and benchmark, and removes them again.
///
/// Everything that is started is written down first, in a private folder, so that `sweep` of a later process can remove
/// what this one could not. Virtual machines end with this process, however it ends; containers do not.
///
/// All functions block; those that wait take a `cancelled` function and look at it some hundred times a second. None may
/// be called from a signal handler.
public final class Laboratory: Sendable {
  let service: Service
  let surroundings: LabEnvironment
  let say: @Sendable (String) -> Void
  let folder: PrivateFolder
  let record: Mutex<Record>
  /// How the starts of its machines went, for whoever samples them.
  public let starts = MachineStarts()

  public enum Failure: Error, CustomStringConvertible, Equatable {
    case invalidName(String)
    case nameInUse(String)
    case unknownName(String)
    case notReady(name: String, limit: Duration, output: String)
    case ended(name: String, reason: String)

    /// Whether it was started as asked and did not get anywhere.
    var isOfTheGuest: Bool {
      switch self {
      case .notReady, .ended: true
      case .invalidName, .nameInUse, .unknownName: false
      }
    }

    public var description: String {
      switch self {
      case .invalidName(let name):
        "'\(name)' cannot be a name here: use 1 to 40 letters, digits, '_' and '-', the first no '-'"
      case .nameInUse(let name): "\(name) is running already: choose another name"
      case .unknownName(let name): "no workload '\(name)' was started here"
      case .notReady(let name, let limit, let output):
        "\(name) is not ready after \(limit)\(output.isEmpty ? " and has said nothing" : "; it said: \(output)")"
      case .ended(let name, let reason): "\(name) has ended before it was ready: \(reason)"
      }
    }
  }

  /// Makes the laboratory's folder and its empty record.
  ///
  /// - Parameters:
  ///   - service: Absolute path of the static executable `tare-service`.
  ///   - say: Gets one line about each thing that takes time or may surprise.
  public init(service: String, in surroundings: LabEnvironment, say: @escaping @Sendable (String) -> Void) throws {
    self.service = try Service(path: service)
    self.surroundings = surroundings
    self.say = say
    guard let owner = ProcessIdentity(of: getpid()) else { throw SystemError("read", "/proc/self/stat") }
    let record = Record(bootID: try ProcessIdentity.bootID(), userID: geteuid(), owner: owner)
    let runtime = try PrivateFolder(surroundings.runtimeFolder)
    folder = try PrivateFolder("\(runtime.path)/lab-\(getpid())-\(Record.Item.randomDigits())")
    guard folder.lock() else { throw SystemError("lock", folder.path) }
    try Files.replace("\(folder.path)/record", Array(record.text.utf8))
    self.record = Mutex(record)
  }

  /// Removes one workload. It need not be running any more.
  public func remove(_ name: String) throws {
    guard let item = record.withLock({ $0.items.first { $0.name == name } }) else { throw Failure.unknownName(name) }
    try Removal(folder: folder.path, surroundings: surroundings).remove(item)
    if let process = item.process { starts.end(process) }
    try change { $0.items.removeAll { $0.id == item.id } }
  }

  /// Removes all workloads and the laboratory's folder, the latest first. May be called again, and after a failed start.
  ///
  /// - Throws: `Leftovers`, after everything was tried. What is left stays on record for another attempt.
  public func removeAll() throws {
    var reasons: [String] = []
    for item in record.withLock({ $0.items }).reversed() {
      do { try remove(item.name) } catch { reasons.append("\(item.name): \(error)") }
    }
    if !reasons.isEmpty { throw Leftovers(reasons: reasons) }
    try Files.remove(folder.path)
    unsafe rmdir(surroundings.runtimeFolder)  // when no other laboratory is in it
  }

  /// Writes an item down before it is started, and makes its folder.
  func enter(_ kind: Record.Item.Kind, name: String, runtime: String) throws -> Record.Item {
    guard Record.Item.isName(name) else { throw Failure.invalidName(name) }
    let item = Record.Item(
      kind: kind, name: name, runtime: runtime, id: Record.Item.makeID(name: name), process: nil)
    guard !record.withLock({ $0.items.contains { $0.name == name } }) else { throw Failure.nameInUse(name) }
    try change { $0.items.append(item) }
    try Files.makeFolder(path(of: item))
    return item
  }

  /// Adds to the record which process an item is.
  func enter(_ process: ProcessIdentity, for item: Record.Item) throws {
    try change { record in
      for index in record.items.indices where record.items[index].id == item.id {
        record.items[index].process = process
      }
    }
  }

  func path(of item: Record.Item) -> String { "\(folder.path)/\(item.id)" }

  private func change(_ body: (inout Record) -> Void) throws {
    try record.withLock { record in
      var changed = record
      body(&changed)
      try Files.replace("\(folder.path)/record", Array(changed.text.utf8))
      record = changed
    }
  }
}
