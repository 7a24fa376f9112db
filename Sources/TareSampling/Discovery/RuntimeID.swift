internal import KernelStats
internal import TareModel

/// Which ids runtimes give out. Whoever makes a folder, a process or a cgroup may call it anything; what no runtime would
/// take is no id.
enum RuntimeID {
  /// runc, runsc: `^[\w+-\.]+$`, in which the range has a comma too.
  static func isOCI(_ id: String) -> Bool {
    isFileName(id) && id.utf8.count <= 1024 && id.utf8.allSatisfy { isAlphanumeric($0) || "_+,-.".utf8.contains($0) }
  }

  /// containerd, its namespaces and Kubernetes' UIDs: `^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$`, 76 bytes.
  static func isContainerd(_ id: String) -> Bool {
    id.utf8.count <= 76 && id.utf8.first.map(isAlphanumeric) ?? false
      && id.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
  }

  /// crun takes whatever can be the name of a folder; what misleads whoever reads it is none for tare.
  static func isCrun(_ id: String) -> Bool { isFileName(id) && id.utf8.count <= 255 && id.isHarmless }

  /// `machine_name_is_valid` of systemd: what a host may be called, 64 bytes.
  static func isMachine(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && name.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
  }

  /// `123e4567-e89b-12d3-a456-426614174000`.
  static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.utf8.allSatisfy(isHex) }
  }

  /// Of any workload, as it goes to the screen, the clipboard and files.
  static func isProper(_ id: String) -> Bool { !id.isEmpty && id.utf8.count <= 1280 && id.isHarmless }

  private static func isHex(_ byte: UInt8) -> Bool { isHexDigit(byte) || (0x41...0x46).contains(byte) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
  }
}

extension Finding {
  /// With the process's own id, which nobody else can have, where what it is called is none.
  var properlyCalled: Finding {
    guard !RuntimeID.isProper(id) else { return self }
    var finding = self
    finding.id = "\(runtime.rawValue):\(main.pid):\(main.start)"
    return finding
  }
}
