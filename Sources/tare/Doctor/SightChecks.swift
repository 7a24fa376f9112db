import Glibc
import KernelStats
import TareModel

/// Which processes tare can see: containers and VMs are found by them.
enum SightChecks {
  static func all(_ sight: ProcessSight = .live()) -> [Check] {
    [namespace(sight), proc(sight)] + [rights(sight)].compactMap { $0 }
  }

  private static func namespace(_ sight: ProcessSight) -> Check {
    var namespace = sight
    namespace.first = .read
    guard let hidden = namespace.hidden else {
      return Check(
        "pid namespace", .fine,
        sight.isMachines ? "the machine's own" : "another one than the machine's, whose processes /proc shows")
    }
    return Check("pid namespace", .limited, hidden.cause, remedy: hidden.remedy)
  }

  /// `hidepid=` and `subset=` of /proc, and whatever else closes it.
  private static func proc(_ sight: ProcessSight) -> Check {
    var proc = sight
    (proc.isMachines, proc.isOwnProc) = (true, true)
    if let hidden = proc.hidden { return Check("/proc", .limited, hidden.cause, remedy: hidden.remedy) }
    if sight.isSubset {
      return Check(
        "/proc", .limited, "mounted with subset=pid: figures of the machine are not there",
        remedy: "mount another /proc without that option")
    }
    let option = sight.hidepid.map { "hidepid=\($0), which does not hinder this user" } ?? "hidepid is not set"
    return Check("/proc", .fine, "processes of all users are to be seen: \(option)")
  }

  /// Root of less than the machine; nil where that is no matter.
  private static func rights(_ sight: ProcessSight) -> Check? {
    guard sight.uid == 0 else { return nil }
    let root = KernelRoot()
    let map = root.text("/proc/self/uid_map")?.split(whereSeparator: { $0 == " " || $0 == "\n" }) ?? []
    if !map.isEmpty, map != ["0", "0", "4294967295"] {
      return Check(
        "user namespace", .limited, "one of its own: what other users run is closed",
        remedy: "run tare as the machine's root")
    }
    let line = root.text("/proc/self/status")?.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
    let set = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    guard let set, set & 1 << 19 == 0 else { return nil }
    return Check(
      "capabilities", .limited, "without CAP_SYS_PTRACE: memory and open files of other processes are closed",
      remedy: "in a container: --cap-add SYS_PTRACE")
  }
}
