import TareModel
import TareScreen
import TestSupport
import Testing

/// What VMMs told, on the screen.
@Suite struct GuestScreenTests {
  private static func answer(_ change: (inout GuestReport) -> Void = { _ in }) -> GuestAnswer {
    let now = makeSample(at: 60).realtime
    var report = GuestReport(at: now - 3_000_000_000)
    (report.version, report.status, report.balloon, report.hasBalloon) = ("7.2.22", "running", 192 << 20, true)
    var memory = GuestMemory(at: now - 4_000_000_000)
    (memory.total, memory.free, memory.available, memory.caches) = (180 << 20, 20 << 20, 80 << 20, 64 << 20)
    (memory.swappedIn, memory.swappedOut, memory.majorFaults) = (0, 4096, 17)
    report.memory = memory
    report.disks = [
      .init(device: "virtio0", file: "/d.qcow2", format: "qcow2", virtualSize: 8 << 30, actualSize: 1 << 30)
    ]
    change(&report)
    return .told(report)
  }

  private func screen(_ answer: GuestAnswer, keys: [Key]) -> [String] {
    var host = Labhost.busy()
    host.boxes = [host.boxes[5]]
    host.guests["db"] = answer
    let state = host.screen(Size(120, 60), keys: keys)
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    return GoldenScreenTests.text(canvas).split(separator: "\n").map(String.init)
  }

  @Test func `the details have what the machine told`() throws {
    let lines = screen(Self.answer(), keys: [.enter])
    for part in [
      "told 3 s ago", "state                 running", "QEMU                   7.2.22",
      "balloon leaves      192.0 MiB of 1.00 GiB", "used                100.0 MiB of 180.0 MiB, told 4 s ago",
      "free                 20.0 MiB", "disk caches          64.0 MiB", "swapped out          4.00 KiB since its start",
      "major faults               17 since its start", "VIRTUAL DISKS",
      "virtio0              8.00 GiB qcow2, takes 1.00 GiB",
    ] { #expect(lines.contains { $0.contains(part) }, "\(part)\n\(lines.joined(separator: "\n"))") }
  }

  @Test func `statistics that are old or absent are said, with what to do`() {
    let old = screen(Self.answer { $0.memory?.at -= 100_000_000_000 }, keys: [.enter])
    #expect(old.contains { $0.contains("The guest told of its memory 1 min 44 s ago: too long.") })
    #expect(!old.contains { $0.contains("disk caches") })
    #expect(old.contains { $0.contains("guest-stats-polling-interval=2") })
    let paused = screen(Self.answer { ($0.memory, $0.status) = (nil, "paused") }, keys: [.enter])
    #expect(!paused.contains { $0.contains("balloon needs guest-stats-polling-interval") })
    let never = screen(Self.answer { $0.memory = nil }, keys: [.enter])
    #expect(never.contains { $0.contains("The guest has told nothing of its memory.") })
    let none = screen(Self.answer { ($0.memory, $0.hasBalloon, $0.balloon) = (nil, false, nil) }, keys: [.enter])
    #expect(none.contains { $0.contains("It has no virtio-balloon") })
  }

  @Test func `why a machine was not asked is said`() {
    let lines = screen(.missing(.noGuestAgent, why: "not asked: it is managed by libvirt"), keys: [.enter])
    #expect(lines.contains { $0.contains("not asked: it is managed by libvirt") })
    #expect(!screen(.missing(.noGuestAgent), keys: [.enter]).contains { $0.contains("GUEST") })
  }

  @Test func `a guest that stands still is a note`() {
    let note = { (line: String) in line.contains("db  paused") }
    #expect(screen(Self.answer { $0.status = "paused" }, keys: []).contains(where: note))
    #expect(!screen(Self.answer(), keys: []).contains(where: note))
  }
}
