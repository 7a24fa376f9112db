import Foundation
import Glibc
import TestSupport
import Testing

@testable import KernelStats

/// What the kernel tells of processes, machines and cgroups: messages as Linux 6.18 sent them.
struct EventTests {
  /// A shell that starts `true`, whose number is 11440.
  private static let fork =
    "4c0000000300000061a5000000000000010000000100000061a5000000000000280000000100000001000000434c6cbd15010000872c0000872c0000b02c0000b02c00000000000000000000"
  private static let exec =
    "4c0000000300000062a5000000000000010000000100000062a50000000000002800000002000000010000003d6379bd15010000b02c0000b02c000000000000000000000000000000000000"
  private static let exit =
    "4c0000000300000063a5000000000000010000000100000063a5000000000000280000000000008001000000769681bd15010000b02c0000b02c00000000000011000000872c0000872c0000"
  private static let machine =
    "change@/devices/virtual/misc/kvm\0ACTION=change\0DEVPATH=/devices/virtual/misc/kvm\0SUBSYSTEM=misc\0CREATED=346\0COUNT=1\0"
    + "EVENT=create\0PID=17093\0STATS_PATH=/kvm/17093-8\0MAJOR=10\0MINOR=232\0DEVNAME=kvm\0SEQNUM=2696\0"

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
  }

  private func events(_ bytes: [UInt8]) -> [ProcessEvents.Event] {
    var events: [ProcessEvents.Event] = []
    ProcessEvents.parse(bytes.span) { events.append($0) }
    return events
  }

  @Test func `a process that comes, executes and goes is told of with its instants`() {
    let all = [Self.fork, Self.exec, Self.exit].flatMap { bytes($0) }
    #expect(
      events(all) == [
        .fork(parent: 11399, child: 11440, at: 0x115_bd6c_4c43),
        .exec(process: 11440, at: 0x115_bd79_633d), .exit(process: 11440, at: 0x115_bd81_9676),
      ])
  }

  @Test func `a thread is no process`() {
    var thread = bytes(Self.fork)
    thread[60] = 0x77  // The child's task is another than its process.
    #expect(events(thread).isEmpty)
    var end = bytes(Self.exit)
    end[52] = 0x77
    #expect(events(end).isEmpty)
  }

  @Test func `KVM tells which task made a machine`() {
    let event = MachineEvents.parse(Array(Self.machine.utf8)[...])
    #expect(event == MachineEvents.Event(.create, task: 17093))
    let end = Self.machine.replacing("EVENT=create", with: "EVENT=destroy")
    #expect(MachineEvents.parse(Array(end.utf8)[...]) == MachineEvents.Event(.destroy, task: 17093))
  }

  @Test(arguments: ["kvm", "PID=17093", "EVENT=create", "misc"])
  func `another device, or a message without what is needed, is nothing`(part: String) {
    let other = Self.machine.replacing(part, with: "x")
    #expect(MachineEvents.parse(Array(other.utf8)[...]) == nil)
  }

  @Test func `messages that are cut off or damaged are read or left out`() {
    let all = [Self.fork, Self.exec, Self.exit].flatMap { bytes($0) }
    for count in 0...all.count { _ = events(Array(all.prefix(count))) }
    let text = Array(Self.machine.utf8)
    for count in 0...text.count { _ = MachineEvents.parse(text.prefix(count)) }
    var random = SplitMix(seed: 7)
    for _ in 0..<20_000 {
      _ = events(random.damaged(all))
      _ = MachineEvents.parse(random.damaged(text)[...])
    }
  }

  @Test func `folders that are made are told of, files and other folders are not`() throws {
    let folder = try TemporaryFolder()
    let events = try #require(CgroupEvents())
    #expect(events.watch(folder.path))
    #expect(!events.watch(folder.path))
    #expect(!events.watch(folder.absolute("none")))
    try folder.makeFolder("one/inner")
    try folder.write("file", "")
    try folder.makeFolder("한글 \u{301}")
    var told: [String] = []
    #expect(events.drain { told.append($0.path) })
    #expect(told == [folder.absolute("one"), folder.absolute("한글 \u{301}")])
    // One that was watched and is made anew can be watched again.
    #expect(events.watch(folder.absolute("one/inner")))
    _ = unsafe rmdir(folder.absolute("one/inner"))
    var removed: [CgroupEvents.Event] = []
    #expect(events.drain { removed.append($0) })
    #expect(!removed.contains { !$0.isRemoval })
    try folder.makeFolder("one/inner")
    #expect(events.watch(folder.absolute("one/inner")))
  }

  @Test(.enabled(if: KernelProbes.procConnector() == .works, "the kernel does not tell of processes here"))
  func `that events came faster than they were taken is said, once`() throws {
    let events = try #require(ProcessEvents())
    // The kernel keeps hundreds of them; here a few.
    var room: Int32 = 4096
    let size = socklen_t(MemoryLayout<Int32>.size)
    #expect(unsafe setsockopt(events.descriptor, SOL_SOCKET, SO_RCVBUF, &room, size) == 0)
    let many = try Child(["sh", "-c", "for i in $(seq 100); do /bin/true; done"], ["PATH": "/usr/bin:/bin"])
    #expect(try many.end(within: .seconds(30)) == 0)
    var count = 0
    #expect(!events.drain { _ in count += 1 })
    #expect(count > 0)
    #expect(events.drain { _ in })
  }

  @Test func `lost and damaged messages of inotify harm nobody`() throws {
    let events = try #require(CgroupEvents())
    let overflow: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    func parse(_ bytes: [UInt8]) -> Bool { unsafe events.parse(bytes.span.bytes) { _ in } }
    #expect(!parse(overflow))
    var random = SplitMix(seed: 8)
    for _ in 0..<20_000 { _ = parse(random.damaged(overflow + overflow)) }
  }
}
