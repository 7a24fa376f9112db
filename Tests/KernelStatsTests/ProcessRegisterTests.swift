import Glibc
import TestSupport
import Testing

@testable import KernelStats

/// The live machine's processes, looked at again and again.
struct ProcessRegisterTests {
  private let register = ProcessRegister(KernelRoot())

  private func sleeper() throws -> Child { try Child(["sleep", "600"], [:]) }

  private func end(_ child: Child) throws {
    child.signal(SIGKILL)
    _ = try child.end(within: .seconds(10))
  }

  @Test func `a process that began is seen where it is named, or by the list`() throws {
    let before = try register.update(.all)
    let children = [try sleeper(), try sleeper()]
    defer { for child in children { child.signal(SIGKILL) } }
    #expect(before[children[0].pid] == nil)
    let named = try register.update(.touched([children[0].pid]))
    #expect(named[children[0].pid]?.parent == getpid())
    #expect(named[children[1].pid] == nil)
    let listed = try register.update(.listed(and: [], older: true))
    #expect(listed[children[1].pid]?.parent == getpid())
    #expect(listed.children(of: getpid()).map(\.pid).contains(children[1].pid))
    let pairs = listed.processes.map { [$0.start, UInt64($0.pid)] }
    #expect(pairs.elementsEqual(pairs.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }))
  }

  @Test func `a process that ended is gone where it is named, or by the list`() throws {
    let children = [try sleeper(), try sleeper()]
    let pids = children.map(\.pid)
    let before = try register.update(.all)
    for child in children {
      #expect(before[child.pid] != nil)
      try end(child)
    }
    #expect(try register.update(.touched([pids[0]]))[pids[0]] == nil)
    #expect(try register.update(.listed(and: [], older: true))[pids[1]] == nil)
  }

  @Test func `the young are looked at again without being named`() throws {
    let child = try Child(["sh", "-c", "sleep 1; exec sleep 600"], [:])
    defer { child.signal(SIGKILL) }
    _ = try until(within: .seconds(10)) {
      try register.update(.listed(and: [], older: true))[child.pid]?.comm == "sh" ? true : nil
    }
    let changed = try until(within: .seconds(10)) {
      try register.update(.touched([]))[child.pid]?.comm == "sleep" ? true : nil
    }
    #expect(changed == true)
    let table = try register.update(.touched([]))
    #expect(table[child.pid].flatMap(table.program(of:))?.hasSuffix("sleep") == true)
  }

  @Test func `what is not looked at anew is as it was`() throws {
    let all = try register.update(.all)
    let next = try register.update(.touched([]))
    let old = all.processes.filter { next[$0.pid] == $0 }
    #expect(!old.isEmpty)
    for process in old { #expect(next.cgroups(of: process) == all.cgroups(of: process)) }
  }
}
