import TareModel
import TestSupport
import Testing

@testable import TareExport

struct JSONTests {
  private func line(_ frame: Frame) -> String {
    JSONExporter().text(frame, order: Array(frame.current.workloads.indices))
  }

  private func json(_ frame: Frame) throws -> JSONValue { try JSONValue(parsing: line(frame)) }

  @Test func `a frame is one line`() throws {
    let text = line(try makeBusyFrame())
    #expect(text.hasSuffix("}\n"))
    #expect(text.filter { $0 == "\n" }.count == 1)
  }

  @Test func `every field of the schema is there, and what is null has a reason`() throws {
    let json = try json(makeBusyFrame())
    #expect(json["workloads"].array.count == 5)
    for workload in json["workloads"].array {
      #expect(Set(workload.object.keys) == Set(texts + groups))
      let leaves = workload.leaves().filter { !$0.key.hasPrefix("unavailable.") }
      #expect(Set(leaves.keys).isSuperset(of: Figure.catalogue.map(\.name)))
      let empty = Set(leaves.filter { $0.value == .null }.map(\.key))
      #expect(Set(workload["unavailable"].object.keys) == empty)
    }
  }

  @Test func `fields of the host and of tare itself are there, and what is null has a reason`() throws {
    for frame in [try makeBusyFrame(), makeFrame(names: [])] {
      for (part, free) in [("host", Set(["virtualization"])), ("self", [])] {
        let value = try json(frame)[part]
        let leaves = value.leaves().filter { !$0.key.hasPrefix("unavailable.") && $0.key != "unavailable" }
        let empty = Set(leaves.filter { $0.value == .null }.map(\.key)).subtracting(free)
        #expect(Set(value["unavailable"].object.keys) == empty)
      }
    }
  }

  @Test func `problems are there, each with its source, escaped`() throws {
    var sample = makeSample()
    sample.problems = [Problem(source: "docker", message: "\u{1b}[31mbad")]
    let text = JSONExporter().text(Frame(previous: nil, current: sample), order: [])
    #expect(text.contains(#""problems":[{"source":"docker","message":"\u001b[31mbad"}]"#))
  }

  @Test func `every reason is one that the model knows`() throws {
    let json = try json(makeBusyFrame())
    let known = Set(Reason.allCases.map(\.rawValue) + ["unlimited"])
    for part in json["workloads"].array + [json["host"], json["self"]] {
      #expect(part["unavailable"].object.values.allSatisfy { known.contains($0.string ?? "") })
    }
  }

  @Test func `a limit that is not set is null and unlimited`() throws {
    let workload = try json(makeBusyFrame())["workloads"].array[0]
    #expect(workload["memory"]["limit_bytes"] == .null)
    #expect(workload["unavailable"]["memory.limit_bytes"] == .string("unlimited"))
  }

  @Test func `six phases come in their order, the unknown ones with their label`() throws {
    let workload = try json(makeBusyFrame())["workloads"].array[0]
    let phases = workload["boot"]["phases"].array
    #expect(phases.map { $0["phase"].string } == BootTimeline.Phase.allCases.map(\.rawValue))
    for phase in phases {
      #expect((phase["at"] == .null) == (phase["label"] == .string("unknown")))
      #expect(Set(phase.object.keys) == ["phase", "at", "lo", "hi", "clock", "label", "source", "doubtful"])
    }
  }

  @Test func `that starts are not seen live is a problem with its reason`() throws {
    var sample = makeSample([])
    #expect(try json(Frame(previous: nil, current: sample))["problems"].array.isEmpty)
    sample.startsUnheard = "starts are known afterwards only: for a test"
    let problem = try #require(try json(Frame(previous: nil, current: sample))["problems"].array.first)
    #expect(problem["source"] == .string("starts"))
    #expect(problem["message"] == .string("starts are known afterwards only: for a test"))
  }

  @Test func `how long a start took has its bound and its label, and a restart says so`() throws {
    let base: UInt64 = 1_700_000_000_000_000_000
    func mark(_ milliseconds: Int, _ label: BootTimeline.Label, isOpen: Bool = false) -> BootTimeline.Mark {
      let at = UInt64(Int(base) + milliseconds * 1_000_000)
      return BootTimeline.Mark(at: at, lo: isOpen ? nil : at, hi: at, clock: .realtime, label: label, source: "test")
    }
    func boot(_ marks: [BootTimeline.Phase: BootTimeline.Mark], _ kind: BootTimeline.Kind = .boot) throws -> JSONValue {
      var workload = makeWorkload("a")
      workload.boot.kind = kind
      for (phase, mark) in marks { workload.boot[phase] = mark }
      return try json(Frame(previous: nil, current: makeSample([(workload, 1, [:])])))["workloads"].array[0]
    }
    func row(_ value: JSONValue, _ name: String) -> [JSONValue] {
      ["seconds", "bound", "label"].map { value["boot"]["\(name)_\($0)"] }
    }
    var value = try boot([.requested: mark(0, .measured), .userspace: mark(240, .reported)])
    #expect(row(value, "boot") == [.number(0.24), .string("exact"), .string("reported")])
    #expect(row(value, "ready") == [.null, .string("unknown"), .string("unknown")])
    #expect(value["unavailable"]["boot.ready_seconds"] == .string("not-reported"))
    #expect(value["unavailable"]["boot.boot_seconds"] == .null)
    value = try boot([.requested: mark(0, .measured), .userspace: mark(240, .inferred, isOpen: true)])
    #expect(row(value, "boot") == [.number(0.24), .string("at-most"), .string("inferred")])
    value = try boot([.spawned: mark(100, .measured), .ready: mark(500, .measured)])
    #expect(row(value, "ready") == [.number(0.4), .string("at-least"), .string("measured")])
    #expect(value["boot"]["kind"] == .string("boot"))
    value = try boot([.spawned: mark(0, .measured), .userspace: mark(90, .measured)], .restart)
    #expect(row(value, "boot") == [.null, .string("unknown"), .string("unknown")])
    #expect(value["boot"]["kind"] == .string("restart"))
    #expect(value["unavailable"]["boot.boot_seconds"] == .string("not-applicable"))
  }

  @Test(arguments: hostileNames)
  func `a hostile name comes out as it is and harms no terminal`(name: String) throws {
    let frame = makeFrame(names: [name])
    let text = line(frame)
    #expect(!text.dropLast().unicodeScalars.contains { $0.isHarmful })
    let read = try JSONValue(parsing: text)["workloads"].array[0]["name"].string
    #expect(read?.unicodeScalars.elementsEqual(name.unicodeScalars) == true)
  }

  @Test func `every character survives`() throws {
    var random = SplitMix(seed: 9)
    for _ in 0..<300 {
      let scalars = (0..<20).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x10ffff, using: &random)) }
      var name = String.UnicodeScalarView()
      name.append(contentsOf: scalars)
      let read = try json(makeFrame(names: [String(name)]))["workloads"].array[0]["name"].string
      #expect(read?.unicodeScalars.elementsEqual(name) == true)
    }
  }

  @Test(
    arguments: [
      (0, "0.0"), (1.5, "1.5"), (100, "100.0"), (0.1234567, "0.123457"), (1e20, "1e+20"), (-2, "-2.0"),
      (.infinity, "null"), (.nan, "null"), (0.000_000_1, "0.0"),
    ] as [(Double, String)])
  func `a number has six decimals at most and is always JSON`(number: Double, text: String) {
    #expect(JSONText.number(number) == text)
  }

  @Test func `integers stay exact`() throws {
    let sample = makeSample([(makeWorkload("a"), 1, [.memoryCurrent: .value(9_007_199_254_740_993)])])
    let text = line(Frame(previous: nil, current: sample))
    #expect(text.contains(#""current_bytes":9007199254740993,"#))
  }

  @Test func `figures of the largest numbers are still JSON`() throws {
    let readings = Dictionary(uniqueKeysWithValues: Metric.allCases.map { ($0, Reading.value(.max / 2)) })
    let zeros = Dictionary(uniqueKeysWithValues: Metric.allCases.map { ($0, Reading.value(0)) })
    let frame = Frame(
      previous: makeSample(at: 10, [(makeWorkload("a"), 1, zeros)]),
      current: makeSample(at: 11, [(makeWorkload("a"), 1, readings)]))
    #expect(try json(frame)["workloads"].array[0]["memory"]["current_bytes"].number == 9_223_372_036_854_775_808)
  }

  @Test func `an empty host is a frame like any other`() throws {
    let json = try json(makeFrame(names: []))
    #expect(json["workloads"] == .array([]))
    #expect(json["schema"] == .string("tare.snapshot/1"))
    #expect(json["interval_seconds"] == .number(0))
    #expect(json["taken_at"] == .string("2023-11-14T22:13:30.000000000Z"))
  }

  @Test func `labels and a machine's hardware come out as they are`() throws {
    var sample = makeSample([(makeWorkload("c"), 1, [:]), (makeWorkload("v", kind: .vm), 2, [:])])
    sample.workloads[0].labels = ["b\u{1b}": "x\ny", "a.b": ""]
    sample.workloads[1].machine = Workload.Machine(accelerator: nil, disks: ["/a b.img", "\u{202e}"])
    let rows = try json(Frame(previous: nil, current: sample))["workloads"].array
    #expect(rows[0]["labels"] == .object(["b\u{1b}": .string("x\ny"), "a.b": .string("")]))
    #expect(rows[0]["machine"] == .null)
    #expect(rows[0]["unavailable"]["machine"] == .string("not-applicable"))
    #expect(rows[1]["machine"]["disks"] == .array([.string("/a b.img"), .string("\u{202e}")]))
    #expect(rows[1]["unavailable"]["machine.accelerator"] == .string("no-permission"))
  }

  private let texts = [
    "id", "name", "kind", "runtime", "image", "labels", "boundaries", "pod", "namespace", "parent", "main_pid",
    "cgroup", "started_at", "state", "machine", "guest",
  ]
  private let groups = [
    "cpu", "memory", "pressure", "io", "network", "processes", "bounds", "tare", "boot", "unavailable",
  ]
}
