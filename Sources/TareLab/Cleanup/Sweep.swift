internal import Glibc

extension Laboratory {
  /// Removes what laboratories of this user have left whose process has died without cleaning up, as by SIGKILL.
  ///
  /// A record is believed only if its folder and its user are ours; processes are signalled only if the record is of this
  /// boot and their start times fit. Records of living processes are left alone.
  ///
  /// - Returns: How many laboratories were removed.
  /// - Throws: `Leftovers`, after everything else was tried.
  @discardableResult
  public static func sweep(in surroundings: LabEnvironment, say: (String) -> Void = { _ in }) throws -> Int {
    guard Files.exists(surroundings.runtimeFolder) else { return 0 }
    let runtime = try PrivateFolder(surroundings.runtimeFolder, create: false)
    var removed = 0
    var reasons: [String] = []
    for name in try Files.names(in: runtime.path) where name.hasPrefix("lab-") {
      do {
        if try sweep("\(runtime.path)/\(name)", surroundings, say: say) { removed += 1 }
      } catch {
        reasons.append("\(name): \(error)")
      }
    }
    unsafe rmdir(runtime.path)
    if !reasons.isEmpty { throw Leftovers(reasons: reasons) }
    return removed
  }

  enum Distrust: Error, CustomStringConvertible, Equatable {
    case foreignUser(UInt32)

    var description: String {
      switch self {
      case .foreignUser(let user): "the record is of user \(user): left alone"
      }
    }
  }

  /// Returns whether the folder was a dead one's and is removed.
  private static func sweep(_ path: String, _ surroundings: LabEnvironment, say: (String) -> Void) throws -> Bool {
    let folder = try PrivateFolder(path, create: false)
    guard folder.lock() else { return false }  // its owner lives, or another process sweeps it
    guard Files.exists("\(path)/record") else {
      // It died before it had started anything, or it has this moment made the folder.
      let pid = path.split(separator: "-").dropLast().last.flatMap { Int32($0) }
      if let pid, ProcessIdentity(of: pid) != nil { return false }
      try Files.remove(path)
      return true
    }
    let record = try Record(parsing: try Files.text("\(path)/record"))
    guard record.userID == geteuid() else { throw Distrust.foreignUser(record.userID) }
    if try record.bootID == ProcessIdentity.bootID() {
      if record.owner.isAlive { return false }
      let removal = Removal(folder: path, surroundings: surroundings)
      for item in record.items {
        say("removing \(item.kind.rawValue) \(item.name), left by process \(record.owner.pid)")
        try removal.remove(item)
      }
    }
    try Files.remove(path)
    return true
  }
}
