import FoundationEssentials
import KernelStats
import TareExport
import TareModel
import TareSampling
import TestSupport
import Testing

struct SchemaTests {
  static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/TareExport/Schema/tare.snapshot-1.schema.json").path

  private func schema() throws -> JSONValue { try JSONValue(file: Self.path) }

  private func output(_ frame: Frame) throws -> JSONValue {
    try JSONValue(parsing: JSONExporter().text(frame, order: Array(frame.current.workloads.indices)))
  }

  @Test func `real output fits the schema`() throws {
    let schema = JSONSchema(try schema())
    for frame in [
      try makeBusyFrame(), makeFrame(names: []), makeFrame(names: hostileNames),
      makeFrame(names: hostileNames, kind: .vm), makeFrame(names: hostileNames, kind: .user), makeToldFrame(),
      makeToldFrame(isWhole: false),
    ] {
      let failures = schema.failures(try output(frame))
      #expect(failures.isEmpty, "\(failures.sorted().prefix(10))")
    }
  }

  @Test(arguments: ["hybrid", "v2"])
  func `a captured host fits the schema`(name: String) throws {
    let hosts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/hosts")
    let root = try KernelRoot(replaying: hosts.appending(path: name).path)
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(), budget: DescriptorBudget(0))
    let frame = try #require(try allFrames(of: LocalSource(root, sampler)).last)
    #expect(!frame.current.workloads.isEmpty)
    let failures = JSONSchema(try schema()).failures(try output(frame))
    #expect(failures.isEmpty, "\(failures.sorted().prefix(10))")
  }

  @Test func `output with a field missing, of another type or out of range does not fit`() throws {
    let schema = JSONSchema(try schema())
    let good = try output(makeBusyFrame())
    for change in Self.changes {
      let text = JSONExporter().text(try makeBusyFrame(), order: [0])
      let bad = try JSONValue(parsing: text.replacing(change.0, with: change.1, maxReplacements: 1))
      #expect(text.contains(change.0), "\(change.0)")
      #expect(!schema.failures(bad).isEmpty, "\(change)")
    }
    #expect(schema.failures(good).isEmpty)
  }

  @Test func `output with a field more fits, because later issues add some`() throws {
    let schema = JSONSchema(try schema())
    let text = JSONExporter().text(try makeBusyFrame(), order: [0]).replacing(#""kind":"#, with: #""new":1,"kind":"#)
    #expect(schema.failures(try JSONValue(parsing: text)).isEmpty)
  }

  @Test func `every figure, runtime, kind, phase and reason is in the schema`() throws {
    let schema = try schema()
    let workload = schema["properties"]["workloads"]["items"]
    for figure in Figure.catalogue {
      // A group may have groups in it.
      let path = figure.name.split(separator: ".").map(String.init)
      let group = path.dropLast().reduce(workload) { $0["properties"][$1] }
      #expect(group["required"].array.contains(.string(path[path.count - 1])), "\(figure.name)")
      #expect(group["properties"][path[path.count - 1]] != .null, "\(figure.name)")
    }
    for kind in ["memory", "cpu"] {
      let share = workload["properties"]["tare"]["properties"][kind]["properties"]["shares"]["items"]["properties"]
      #expect(texts(share["part"]["enum"]) == Weight.Part.allCases.map(\.rawValue))
      #expect(texts(share["side"]["enum"]) == ["net", "tare", "unopened"])
      #expect(texts(share["label"]["enum"]) == Certainty.allCases.map(\.rawValue))
    }
    #expect(texts(workload["properties"]["runtime"]["enum"]) == Workload.Runtime.allCases.map(\.rawValue))
    #expect(texts(workload["properties"]["kind"]["enum"]) == Workload.Kind.allCases.map(\.rawValue))
    let phase = workload["properties"]["boot"]["properties"]["phases"]["items"]["properties"]["phase"]
    #expect(texts(phase["enum"]) == BootTimeline.Phase.allCases.map(\.rawValue))
    #expect(
      Set(texts(schema["$defs"]["reason"]["enum"])) == Set(Reason.allCases.map(\.rawValue) + ["unlimited"]))
  }

  @Test func `every field of the schema says what it is, and figures their unit`() throws {
    let units = ["Percent", "Bytes", "Seconds", "Cores", "Count", "Milliseconds"]
    func check(_ schema: JSONValue, _ place: String) {
      for (name, field) in schema["properties"].object {
        let text = field["description"].string ?? ""
        #expect(text.hasSuffix("."), "\(place).\(name)")
        if case .array(let types) = field["type"], types.contains(.string("number")) {
          #expect(units.contains { text.contains($0) }, "\(place).\(name)")
        }
        check(field, "\(place).\(name)")
        check(field["items"], "\(place).\(name)[]")
      }
    }
    check(try schema(), "$")
  }

  @Test(.enabled(if: hasPythonValidator, "python3 has no module jsonschema"))
  func `an independent validator agrees`() throws {
    let folder = try TemporaryFolder()
    for (index, frame) in [
      try makeBusyFrame(), makeFrame(names: []), makeFrame(names: hostileNames), makeToldFrame(),
    ].enumerated() {
      try folder.write("\(index).json", JSONExporter().text(frame, order: Array(frame.current.workloads.indices)))
    }
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      for path in sys.argv[2:]: jsonschema.Draft202012Validator(schema).validate(json.load(open(path)))
      """
    #expect(runPython(["-c", script, Self.path] + (0...3).map { folder.absolute("\($0).json") }) == 0)
  }

  private func texts(_ value: JSONValue) -> [String] { value.array.compactMap(\.string) }

  private static let changes = [
    (#""kind":"container""#, #""kind":"process""#), (#""runtime":"docker""#, #""runtime":"rkt""#),
    (#""schema":"tare.snapshot/1""#, #""schema":"tare.snapshot/2""#), (#""usage_percent":"#, #""used_percent":"#),
    (#""working_set_bytes":"#, #""working_set_bytes":-"#), (#""unlimited""#, #""because""#),
    (#""main_pid":200"#, #""main_pid":"200""#), (#""phase":"requested""#, #""phase":"asked""#),
    (#""cgroup":"/"#, #""cgroup":""#), (#""taken_at":""#, #""taken_at":"x"#),
    (#""kvm_available":true"#, #""kvm_available":1"#),
    (#"{"phase":"ready""#, #"{"phase":"ready"},{"phase":"ready""#),
  ]
}
