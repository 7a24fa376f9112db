import FoundationEssentials
import TareExport
import TareModel
import TestSupport
import Testing

/// What `tare inspect` prints.
@Suite struct InspectTests {
  static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/TareExport/Schema/tare.inspect-1.schema.json").path

  private func frame(_ workload: Workload) -> Frame {
    Frame(previous: nil, current: makeSample([(workload, 1, [.memoryCurrent: .value(5 << 20)])]))
  }

  private func inspection(_ workload: Workload, _ isolation: Isolation?) -> Inspection {
    var inspection = Inspection(workload: workload.id)
    inspection.isolation = isolation
    return inspection
  }

  private static var isolations: [Isolation?] {
    var hostile = makeIsolation()
    hostile.namespaces[.network] = .others(hostileNames)
    hostile.hostFolders = .known(hostileNames.map { HostFolder(path: $0, point: $0, isReadOnly: false) })
    hostile.confinement.label = .known(.selinux(hostileNames[0]))
    hostile.devices = .known(.usual(more: hostileNames))
    var machine = makeMachineIsolation(.tcg)
    machine.hardware?.disks = .known(hostileNames.map { VirtualHardware.Image(path: $0, format: $0) })
    machine.hardware?.cards = .known(hostileNames.map { VirtualHardware.Card(model: $0, backend: $0) })
    machine.hardware?.confidential = .known(["sev"])
    var blank = makeMachineIsolation()
    blank.hardware = VirtualHardware(nil, unknown: .noPermission)
    return [makeIsolation(), makeMachineIsolation(), Isolation(unknown: .ended), nil, hostile, machine, blank]
  }

  @Test func `what is printed fits the schema, and every null has its reason`() throws {
    let schema = JSONSchema(try JSONValue(file: Self.path))
    for isolation in Self.isolations {
      let workload = makeWorkload(
        "docker:1", name: hostileNames[0], kind: isolation?.hardware == nil ? .container : .vm)
      let text = InspectJSON().text(frame(workload), row: 0, inspection(workload, isolation))
      let value = try JSONValue(parsing: text)
      let failures = schema.failures(value)
      #expect(failures.isEmpty, "\(failures.sorted().prefix(5))")
      let reasons = Set(value["unavailable"].object.keys)
      for place in nulls(value["isolation"], "isolation") + nulls(value["virtual"], "virtual") {
        #expect(reasons.contains(place), "\(place)")
      }
    }
  }

  private func nulls(_ value: JSONValue, _ place: String) -> [String] {
    switch value {
    case .null: [place]
    case .object(let object): object.flatMap { nulls($0.value, "\(place).\($0.key)") }
    case .array(let array): array.enumerated().flatMap { nulls($0.element, "\(place)[\($0.offset)]") }
    default: []
    }
  }

  @Test func `every kind of warning and namespace is in the schema`() throws {
    let schema = try JSONValue(file: Self.path)
    let kind = schema["properties"]["words"]["properties"]["warnings"]["items"]["properties"]["kind"]
    #expect(kind["enum"].array.compactMap(\.string) == IsolationWarning.Kind.allCases.map(\.rawValue))
    let namespaces = schema["properties"]["isolation"]["properties"]["namespaces"]["properties"]
    #expect(Set(namespaces.object.keys) == Set(Namespace.allCases.map(\.rawValue)))
    #expect(
      Set(schema["properties"]["virtual"]["properties"].object.keys) == Set(VirtualThing.Thing.allCases.map(\.rawValue))
    )
  }

  @Test(arguments: [40, 80, 200])
  func `text has the same lines as the screen, and nothing that a terminal would obey`(width: Int) throws {
    for isolation in Self.isolations {
      let workload = makeWorkload("docker:1", name: hostileNames[0])
      let inspection = inspection(workload, isolation)
      let text = InspectText(width: width).text(frame(workload), row: 0, inspection)
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isHarmful })
      for part in IsolationTable(frame(workload), row: 0, inspection).parts {
        #expect(text.contains(part.title))
        for line in part.lines { #expect(line.wrapped(to: width - 2).allSatisfy { text.contains("  \($0)\n") }) }
      }
    }
  }
}
