import TareExport
import TareModel
import TestSupport
import Testing

/// What VMMs told, in JSON.
struct GuestJSONTests {
  private func row(_ frame: Frame) throws -> JSONValue {
    try JSONValue(parsing: JSONExporter().text(frame, order: [0]))["workloads"].array[0]
  }

  @Test func `what a machine told is there, in bytes`() throws {
    let row = try row(makeToldFrame())
    let guest = row["guest"]
    #expect(guest["status"] == .string("running") && guest["version"] == .string("7.2.22"))
    #expect(guest["balloon_bytes"] == .number(201_326_592))
    #expect(guest["memory"]["total_bytes"] == .number(400) && guest["memory"]["major_faults_total"] == .number(3))
    #expect(guest["memory"]["told_at"] == .string("2023-11-14T22:13:29.000000000Z"))
    #expect(guest["vcpu_threads"] == .array([.number(711), .number(712)]))
    #expect(guest["disks"].array.count == hostileNames.count)
    #expect(guest["disks"].array[0]["file"].string == hostileNames[0])
    #expect(row["unavailable"].object.keys.allSatisfy { !$0.hasPrefix("guest") })
  }

  @Test func `what it did not tell is null, and has a reason`() throws {
    let row = try row(makeToldFrame(isWhole: false))
    #expect(row["guest"]["memory"] == .null && row["guest"]["disks"] == .array([]))
    for name in ["version", "status", "balloon_bytes", "memory"] {
      #expect(row["unavailable"]["guest.\(name)"] == .string("not-reported"))
    }
  }

  @Test func `without an answer there is a reason`() throws {
    let frame = makeFrame(names: ["a"], kind: .vm)
    #expect(try row(frame)["guest"] == .null)
    #expect(try row(frame)["unavailable"]["guest"] == .string("no-guest-agent"))
    #expect(try row(makeFrame(names: ["a"]))["unavailable"]["guest"] == .string("not-applicable"))
  }
}
