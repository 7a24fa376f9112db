import TareEngines
import Testing

/// What helps whom: by the socket's owner, group and mode.
struct SocketAccessTests {
  private func remedy(_ user: UInt32, group: UInt32, mode: UInt32) -> String? {
    SocketAccess(owner: 0, group: group, mode: mode).remedy(for: user) { $0 == 999 ? "docker" : nil }
  }

  @Test func `nobody tells root to become root`() {
    #expect(remedy(0, group: 999, mode: 0o660) == nil && remedy(0, group: 0, mode: 0o600) == nil)
  }

  @Test func `a group is named where its members may, by its name or its number`() {
    #expect(remedy(1000, group: 999, mode: 0o660) == "join the group docker, or run as root")
    #expect(remedy(1000, group: 998, mode: 0o660) == "join the group 998, or run as root")
  }

  @Test func `root's own group and one that may not write help nobody`() {
    #expect(remedy(1000, group: 0, mode: 0o660) == "run as root")
    #expect(remedy(1000, group: 999, mode: 0o600) == "run as root")
  }
}
