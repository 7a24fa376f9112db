import Glibc
import KernelStats
import TareEngines
import TareModel
import TareSampling

/// Each runtime and hypervisor that was looked for.
enum RuntimeChecks {
  static func all(_ sources: [any WorkloadSource], _ sample: Sample) -> [Check] {
    sources.map { source in
      let found = sample.workloads.filter { $0.runtime.rawValue == source.name }
      let closed = source.places.filter(isClosed)
      let unnamed = found.filter { $0.absences["image"] == .noPermission }.count
      // What did not answer is not known: that none was found says nothing.
      let isKnown = !sample.unanswered.contains(source.name)
      var parts = [
        isKnown
          ? "\(found.isEmpty ? "none" : String(found.count)) found"
          : "not known: it did not answer" + (found.isEmpty ? "" : "; \(found.count) found so far")
      ]
      if unnamed > 0 { parts.append("\(unnamed) without name or image") }
      parts += closed.map { "\($0) may not be opened" }
      let hidden = geteuid() == 0 ? nil : source.hiddenFromUsers
      parts += [hidden].compactMap { $0 }
      let isLimited = unnamed > 0 || !closed.isEmpty || hidden != nil || !isKnown
      let looked = source.places.map { isPath($0) && !exists($0) ? "\($0) (not there)" : $0 }.joined(separator: ", ")
      return Check(
        source.name, isLimited ? .limited : found.isEmpty ? .absent : .fine,
        parts.joined(separator: "; "), places: looked,
        remedy: !isKnown
          ? "look for a file system that hangs; on a loaded machine try again" : isLimited ? remedy(source.name) : nil)
    }
  }

  /// Engines that were asked for names.
  static func sockets(_ names: SocketNames?) -> [Check] {
    let report = names?.report ?? []
    if report.isEmpty {
      return [Check("sockets", .absent, "no engine's socket was found: names come from state files", remedy: nil)]
    }
    return report.map { path, outcome in
      switch outcome {
      case .success(let count): Check("socket", .fine, "\(path.harmless): \(count) container\(count == 1 ? "" : "s")")
      case .failure(let error):
        Check("socket", .limited, "\(error)".harmless)
      }
    }
  }

  /// QEMU's machines, and which of them and of their guests --qmp would ask. Nobody is asked here.
  static func guests(_ machines: [GuestMachine]) -> [Check] {
    guests(machines, "guest agent", \.agent) + guests(machines, "QEMU monitor", \.monitor)
  }

  private static func guests(
    _ machines: [GuestMachine], _ what: String, _ endpoint: KeyPath<GuestMachine, GuestMachine.Endpoint>
  ) -> [Check] {
    func names(_ list: [GuestMachine]) -> String {
      let shown = list.prefix(5).map(\.name.harmless)
      return shown.joined(separator: ", ") + (list.count > shown.count ? " and \(list.count - shown.count) more" : "")
    }
    let open = machines.filter { if case .socket = $0[keyPath: endpoint] { true } else { false } }
    var checks: [Check] = []
    if !open.isEmpty {
      checks.append(Check(what, .fine, "could be asked with --qmp: \(names(open))"))
    }
    let closed = Dictionary(grouping: machines) { machine in
      if case .closed(let why) = machine[keyPath: endpoint] { why } else { "" }
    }
    for (why, list) in closed.sorted(by: { $0.key < $1.key }) where !why.isEmpty {
      checks.append(Check(what, .absent, "never asked: \(names(list)): \(why)"))
    }
    return checks
  }

  /// Root has all rights already: what it lacks no group gives.
  private static func remedy(_ source: String) -> String? {
    switch source {
    case "docker": SocketAccess.remedy(for: "/run/docker.sock")
    case "kvm": SocketAccess.remedy(for: "/dev/kvm")
    default: geteuid() == 0 ? nil : "run as root"
    }
  }

  private static func isPath(_ place: String) -> Bool { place.hasPrefix("/") && !place.contains("ID") }
  private static func exists(_ place: String) -> Bool { unsafe access(place, F_OK) == 0 }
  private static func isClosed(_ place: String) -> Bool {
    let code = unsafe access(place, R_OK)
    return isPath(place) && exists(place) && code != 0
  }
}
