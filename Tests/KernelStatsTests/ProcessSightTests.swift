import KernelStats
import TareModel
import Testing

struct ProcessSightTests {
  private func sight(_ change: (inout ProcessSight) -> Void) -> ProcessSight {
    var sight = ProcessSight()
    change(&sight)
    return sight
  }

  @Test func `where all can be seen nothing is hidden`() {
    #expect(ProcessSight().hidden == nil)
    // The machine's /proc in a container that shares no processes with it.
    #expect(sight { ($0.isMachines, $0.isOwnProc) = (false, false) }.hidden == nil)
    // hidepid does not hinder root, nor a member of its group.
    #expect(sight { $0.hidepid = "invisible" }.hidden == nil)
  }

  @Test func `a pid namespace of its own is named, with the remedy`() throws {
    let hidden = try #require(sight { ($0.isMachines, $0.hasKernelThreads) = (false, false) }.hidden)
    #expect(hidden.cause == "tare is in a pid namespace of its own: processes outside of it cannot be seen")
    #expect(hidden.remedy.contains("--pid=host"))
    let foreign = try #require(sight { ($0.isOwnProc, $0.hasKernelThreads) = (false, false) }.hidden)
    #expect(foreign.cause == "/proc shows the processes of another pid namespace than tare's own")
  }

  @Test(
    arguments: [
      (
        "1", nil, ProcessSight.Access.seen, UInt32(1000), "may not be read",
        "sudo, or mount /proc with gid= and a group"
      ),
      ("noaccess", "27", .seen, 1000, "may not be read", "join the group 27, the gid= of /proc"),
      ("2", "27", .none, 1000, "cannot be seen", "join the group 27, the gid= of /proc"),
      ("invisible", "0", .none, 1000, "cannot be seen", "sudo, or mount /proc with gid="),
      ("ptraceable", "27", .none, 1000, "cannot be seen", "sudo, or the capability CAP_SYS_PTRACE"),
      ("4", nil, .none, 0, "cannot be seen", "the capability CAP_SYS_PTRACE"),
      (nil, nil, .seen, 1000, "a security module or sandbox", "audit log"),
    ] as [(String?, String?, ProcessSight.Access, UInt32, String, String)])
  func `what hides others' processes is named, with the remedy`(
    hidepid: String?, gid: String?, first: ProcessSight.Access, uid: UInt32, cause: String, remedy: String
  ) throws {
    let sight = sight {
      ($0.hidepid, $0.gid, $0.first, $0.uid, $0.hasKernelThreads) = (hidepid, gid, first, uid, first != .none)
    }
    let hidden = try #require(sight.hidden)
    #expect(hidden.cause.contains(cause) && hidden.cause.contains(hidepid.map { "hidepid=\($0):" } ?? ""))
    #expect(hidden.remedy.contains(remedy))
  }
}
