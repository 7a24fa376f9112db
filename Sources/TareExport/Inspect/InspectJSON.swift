public import TareModel

/// One workload as `tare inspect --format json` prints it, schema `tare.inspect/1`: every field is always there, and what
/// is null has its reason in `unavailable`.
public struct InspectJSON: Sendable {
  public static let schema = "tare.inspect/1"

  public init() {}

  public func text(_ frame: Frame, row: Int, _ inspection: Inspection) -> String {
    let workload = frame.current.workloads[row]
    let isolation = inspection.isolation ?? Isolation(unknown: .onDemand)
    let exporter = JSONExporter()
    var json = JSONText()
    json.object { json in
      json.field("schema", Self.schema)
      json.field("taken_at", Timestamp.text(frame.current.realtime))
      json.field("interval_seconds", frame.elapsed.map { .number(Double($0) / 1e9) } ?? .number(0))
      json.object("host") { json in
        json.field("hostname", frame.current.host.hostname)
        json.field("kernel_release", frame.current.host.kernelRelease)
      }
      json.object("workload") { exporter.write(row: row, frame, &$0) }
      var absent: [(String, String)] = []
      json.object("isolation") { IsolationJSON(isolation: isolation).write(workload, &$0, &absent) }
      let disk = DiskTare(
        kind: workload.kind, image: inspection.imageSize, hardware: inspection.isolation?.hardware)
      json.object("disk_tare") { json in
        json.field("bytes", disk.bytes)
        json.array("parts") { json in
          for part in disk.parts {
            json.object { json in
              json.field("name", part.name)
              json.field("bytes", part.bytes)
              json.field("label", part.certainty.rawValue)
            }
          }
        }
      }
      if let reason = disk.reason { absent.append(("disk_tare.bytes", reason.rawValue)) }
      let hasLimit = frame.value(.memoryLimit, row: row).number != nil
      write(VirtualThing.all(isolation, workload, hasMemoryLimit: hasLimit), &json, &absent)
      write(IsolationWords(isolation, workload), &json)
      json.array("problems") { json in for problem in inspection.problems { json.element(problem) } }
      exporter.write(absent, &json)
    }
    json.lineEnd()
    return json.text
  }

  private func write(_ things: [VirtualThing], _ json: inout JSONText, _ absent: inout [(String, String)]) {
    json.object("virtual") { json in
      for thing in things {
        json.object(thing.thing.rawValue) { json in
          json.fieldOrNull("virtual", thing.isVirtual)
          json.field("mechanism", thing.mechanism)
        }
        if thing.isVirtual == nil {
          absent.append(("virtual.\(thing.thing.rawValue).virtual", Reason.notReported.rawValue))
        }
      }
    }
  }

  private func write(_ words: IsolationWords, _ json: inout JSONText) {
    json.object("words") { json in
      json.field("summary", words.summary)
      json.array("warnings") { json in
        for warning in words.warnings {
          json.object { json in
            json.field("kind", warning.kind.rawValue)
            json.field("text", warning.text)
          }
        }
      }
      json.field("reassurance", words.reassurance)
    }
  }
}

extension JSONText {
  mutating func fieldOrNull(_ key: String, _ value: Bool?) {
    if let value { field(key, value) } else { field(key, String?.none) }
  }
}
