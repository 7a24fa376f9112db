internal import Glibc

/// A program of the system that this module needs.
struct Tool {
  let path: String
  let surroundings: LabEnvironment

  struct Missing: Error, CustomStringConvertible {
    let name: String
    let package: String
    var description: String { "\(name) is not installed: apt-get install \(package)" }
  }

  /// Looks in the folders of PATH, and in those of the administrator that an ordinary PATH lacks.
  init(_ name: String, package: String, in surroundings: LabEnvironment) throws(Missing) {
    let folders = (surroundings.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
    let candidates = (folders + ["/usr/sbin", "/sbin"]).filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
    guard let path = candidates.first(where: { Files.exists($0, mode: X_OK) }) else {
      throw Missing(name: name, package: package)
    }
    self.path = path
    self.surroundings = surroundings
  }

  /// Runs the program to its end and returns what it wrote to standard output.
  ///
  /// - Throws: `Command.Failure` when it does not exit with 0 within `limit`, `Cancelled`.
  @discardableResult
  func run(
    _ arguments: [String], limit: Duration = .seconds(30), cancelled: () -> Bool = { false },
    watching watch: FolderWatch? = nil, look: () -> Void = {}
  ) throws -> String {
    try Command(arguments: [path] + arguments, environment: surroundings.variables)
      .run(limit: limit, cancelled: cancelled, watching: watch, look: look)
  }
}
