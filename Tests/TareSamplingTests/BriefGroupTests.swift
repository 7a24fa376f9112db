import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct BriefGroupTests {
  private let id = FakeHost.containerID("eeeeee")
  private var path: String { "/system.slice/docker-\(id).scope" }

  @Test func `a container that came and went between two looks is told of by its cgroup`() throws {
    var groups = BriefGroups()
    groups.made(path, 10...12)
    // The same group in another hierarchy.
    groups.made(path, 12...13)
    groups.settle(found: [], offset: 1000)
    #expect(groups.lives.isEmpty)
    let (isFirst, isSecond) = (groups.removed(path, 40...42), groups.removed(path, 42...43))
    #expect(isFirst && !isSecond)
    groups.settle(found: nil, offset: 1000)
    let life = try #require(groups.lives.first)
    #expect(groups.lives.count == 1 && life.number == 1)
    #expect(life.workload.id == "docker:\(id)" && life.workload.name == String(id.prefix(12)))
    #expect(life.workload.runtime == .docker && life.workload.image == nil && life.workload.absences["image"] == .ended)
    #expect(life.made == 1010...1012 && life.removed == 1040...1042)
    groups.settle(found: [], offset: 1000)
    #expect(groups.lives.count == 1)
  }

  @Test func `one that a look found, or the look before, is not told of`() {
    var groups = BriefGroups()
    groups.made(path, 10...12)
    groups.settle(found: [path], offset: 0)
    let isUnseen = groups.removed(path, 40...42)
    #expect(!isUnseen)
    // Made anew, and told of only after the look that found it.
    groups.made(path, 50...52)
    _ = groups.removed(path, 60...62)
    groups.settle(found: [], offset: 0)
    #expect(groups.lives.isEmpty)
    groups.made(path, 70...72)
    _ = groups.removed(path, 80...82)
    groups.settle(found: [], offset: 0)
    #expect(groups.lives.count == 1)
  }

  @Test(arguments: [
    ("/docker/ID", "docker:ID"), ("/machine.slice/libpod-ID.scope", "podman:ID"),
    ("/kubepods.slice/x.slice/cri-containerd-ID.scope", "containerd:k8s.io/ID"), ("/x/crio-ID.scope", "cri-o:ID"),
    ("/lxc.payload.web", "lxc:web"), ("/default/ID", nil), ("/docker/ID/init.scope", nil),
    ("/system.slice/ssh.service", nil),
    ("/machine.slice/libpod-conmon-ID.scope", nil), ("/lxc.payload.a\nb", nil), ("/x/crio-conmon-ID.scope", nil),
    ("/", nil),
  ])
  func `only a group that is a container's own is one`(path: String, expected: String?) {
    let workload = Workload(cgroup: path.replacing("ID", with: id))
    #expect(workload?.id == expected?.replacing("ID", with: id))
  }

  @Test func `of a storm all are told, and only so many are kept`() {
    var groups = BriefGroups()
    for number in 0..<3000 {
      let path = "/docker/\(FakeHost.containerID("\(number)e"))"
      groups.made(path, UInt64(number)...UInt64(number))
      _ = groups.removed(path, UInt64(number)...UInt64(number))
    }
    groups.settle(found: [], offset: 0)
    #expect(groups.lives.count == LifeLog.most)
    #expect(groups.lives.last?.number == 3000)
  }
}
