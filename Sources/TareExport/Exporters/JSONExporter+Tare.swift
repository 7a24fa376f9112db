internal import TareModel

extension JSONExporter {
  /// What a workload weighs: sums, bounds of those that are not known, and the shares that they are made of.
  func write(tare row: Int, _ frame: Frame, _ json: inout JSONText, _ absent: inout [(String, String)]) {
    let pair = frame.pair(row)
    var missing: [(String, String)] = []
    json.object("tare") { json in
      write("memory", "bytes", pair.memoryWeight, &json, &missing)
      write("cpu", "percent", pair.cpuWeight, &json, &missing)
      write(start: frame.current.workloads[row].boot, &json, &missing)
    }
    absent += missing
  }

  private func write(
    _ group: String, _ unit: String, _ weight: Weight, _ json: inout JSONText, _ missing: inout [(String, String)]
  ) {
    json.object(group) { json in
      for (name, value) in [
        ("gross", weight.gross), ("net", weight.net), ("tare", weight.tare), ("tare_at_least", weight.tareForSure),
        ("net_at_most", weight.netAtMost),
      ] {
        json.field("\(name)_\(unit)", value.map { Self.value($0, unit) } ?? .missing(.notReported))
        let reason = name == "gross" ? weight.absence ?? weight.shortage : weight.reason ?? weight.doubt
        if value == nil { missing.append(("tare.\(group).\(name)_\(unit)", (reason ?? .notReported).rawValue)) }
      }
      json.field("label", weight.certainty.rawValue)
      json.array("shares") { json in
        for share in weight.shares {
          json.object { json in
            json.field("part", share.part.rawValue)
            json.field("side", share.side.rawValue)
            json.field(unit, Self.value(share.amount, unit))
            json.field("label", share.certainty.rawValue)
            json.field("bound", share.bound.rawValue)
          }
        }
      }
    }
  }

  /// Bytes are whole.
  private static func value(_ number: Double, _ unit: String) -> FigureValue {
    unit == "bytes" ? .integer(UInt64(exactly: number.rounded()) ?? .max) : .number(number)
  }

  /// What the box adds to a start: all of it until what runs in it begins.
  private func write(start boot: BootTimeline, _ json: inout JSONText, _ missing: inout [(String, String)]) {
    let span = boot.span(to: .userspace)
    json.object("boot") { json in
      json.field("tare_seconds", span.seconds.map { .number($0) } ?? .missing(.notReported))
      json.field("bound", span.bound)
      json.field("label", boot.label(to: .userspace).rawValue)
    }
    guard span.seconds == nil else { return }
    missing.append(("tare.boot.tare_seconds", (boot.kind == .boot ? Reason.notReported : .notApplicable).rawValue))
  }

  /// What the boxes of each kind weigh together.
  func write(boxes frame: Frame, _ json: inout JSONText, _ absent: inout [(String, String)]) {
    let boxes = frame.boxWeights
    var missing: [(String, String)] = []
    json.object("box_weighs") { json in
      for (name, box) in [("containers", boxes.containers), ("vms", boxes.machines)] {
        json.object(name) { json in
          json.field("count", UInt64(box.count))
          for (field, value) in [("gross_bytes", box.gross), ("tare_bytes", box.tare)] {
            // Of none it is 0; of some of which nobody knows, it is not.
            let isMissing = box.count > 0 && !box.isKnown
            json.field(field, isMissing ? .missing(.notReported) : Self.value(value, "bytes"))
            if isMissing {
              missing.append(("box_weighs.\(name).\(field)", (box.absence ?? .notReported).rawValue))
            }
          }
          json.field("at_least", box.isAtLeast)
          json.field("at_most", box.isAtMost)
        }
      }
    }
    absent += missing
  }
}
