internal import TareModel

/// Lines of `/proc/PID/status` that say what a process may do. From proc_pid_status(5).
struct StatusLines {
  private let values: [Substring: Substring]

  init(_ text: String) {
    let pairs = text.split(separator: "\n").compactMap { line -> (Substring, Substring)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon], line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " })
    }
    // A name may hold anything but a line feed, which the kernel writes as `\n`: the first line of a key counts.
    values = Dictionary(pairs) { first, _ in first }
  }

  func number(_ key: Substring) -> UInt64? { values[key].flatMap { UInt64($0) } }
  func hexadecimal(_ key: Substring) -> UInt64? { values[key].flatMap { UInt64($0, radix: 16) } }

  /// - Parameter known: how many capabilities this kernel has.
  func confinement(known: Int, host: UInt64?) -> Confinement {
    var confinement = Confinement(unknown: .notReported)
    let ids = values["Uid"]?.split { $0 == "\t" || $0 == " " }
    if let user = ids?.first.flatMap({ UInt32($0) }) { confinement.user = .known(user) }
    switch number("Seccomp") {
    case 0: confinement.seccomp = .known(.disabled)
    case 1: confinement.seccomp = .known(.strict)
    case 2: confinement.seccomp = .known(.filter(number("Seccomp_filters")))
    default: confinement.seccomp = .unknown(values["Seccomp"] == nil ? .kernelTooOld : .malformed)
    }
    switch number("NoNewPrivs") {
    case 0: confinement.noNewPrivileges = .known(false)
    case 1: confinement.noNewPrivileges = .known(true)
    default: confinement.noNewPrivileges = .unknown(values["NoNewPrivs"] == nil ? .kernelTooOld : .malformed)
    }
    if let bounding = hexadecimal("CapBnd"), let effective = hexadecimal("CapEff") {
      confinement.capabilities = .known(
        Capabilities(bounding: bounding, effective: effective, known: known, host: host))
    }
    return confinement
  }

  /// The last number of `NSpid`, where there is more than one.
  var innerPid: Int32? {
    let numbers = values["NSpid"]?.split { $0 == "\t" || $0 == " " }.compactMap { Int32($0) } ?? []
    return numbers.count > 1 ? numbers.last : nil
  }

  /// How many CPUs `Cpus_allowed_list` has: `0-3,8`.
  var cpus: UInt64? {
    guard let list = values["Cpus_allowed_list"] else { return nil }
    var count: UInt64 = 0
    for part in list.split(separator: ",").prefix(4096) {
      let ends = part.split(separator: "-").map { UInt64($0) }
      guard let first = ends.first, let low = first, let high = ends.last ?? nil, low <= high, high < 1 << 20 else {
        return nil
      }
      count += high - low + 1
    }
    return count > 0 ? count : nil
  }
}
