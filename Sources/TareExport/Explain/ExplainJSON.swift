public import TareModel

/// A figure of one workload as `tare explain --format json` prints it, schema `tare.explain/1`. Raw values are exact, so that the
/// value can be computed from them again; what is null has its reason beside it.
public struct ExplainJSON: Sendable {
  public static let schema = "tare.explain/1"

  public init() {}

  public func text(_ explanation: Explanation, at realtime: UInt64) -> String {
    let figure = explanation.figure
    var json = JSONText()
    json.object { json in
      json.field("schema", Self.schema)
      json.field("taken_at", Timestamp.text(realtime))
      json.field("figure", figure.name)
      json.field("unit", figure.unit.rawValue)
      json.field("formula", figure.formula)
      write(explanation.workload, &json)
      json.field("value", explanation.value)
      json.field("value_reason", explanation.value.reason)
      json.field("certainty", explanation.certainty.rawValue)
      json.array("inputs") { json in for input in explanation.inputs { json.object { write(input, &$0) } } }
      json.array("shares") { json in
        for share in explanation.weight?.shares ?? [] {
          json.object { json in
            json.field("part", share.part.rawValue)
            json.field("side", share.side.rawValue)
            json.field("amount", .number(share.amount))
            json.field("label", share.certainty.rawValue)
          }
        }
      }
      json.array("others") { json in
        for tool in figure.others.tools {
          json.object { json in
            json.field("tool", tool.name)
            json.field("shows", tool.shows)
          }
        }
      }
      json.field("others_none", figure.others.none)
    }
    json.lineEnd()
    return json.text
  }

  /// A start: its phases.
  public func text(bootOf workload: Workload, at realtime: UInt64) -> String {
    var json = JSONText()
    json.object { json in
      json.field("schema", Self.schema)
      json.field("taken_at", Timestamp.text(realtime))
      json.field("figure", BootExplanation.name)
      json.field("unit", Figure.Unit.seconds.rawValue)
      json.field("formula", BootExplanation.formula)
      write(workload, &json)
      let span = workload.boot.span(to: .userspace)
      json.field("value", span.seconds.map { .number($0) } ?? .missing(.notReported))
      json.field("value_reason", span.seconds == nil ? Reason.notReported.rawValue : nil)
      json.field("certainty", workload.boot.label(to: .userspace).rawValue)
      json.array("phases") { json in
        for phase in BootTimeline.Phase.allCases {
          let mark = workload.boot[phase]
          json.object { json in
            json.field("phase", phase.rawValue)
            json.field("at", mark.map { Timestamp.text($0.at) })
            json.field("label", (mark?.label ?? .unknown).rawValue)
            json.field("source", mark?.source)
          }
        }
      }
    }
    json.lineEnd()
    return json.text
  }

  private func write(_ workload: Workload, _ json: inout JSONText) {
    json.object("workload") { json in
      json.field("id", workload.id)
      json.field("name", workload.name)
      json.field("kind", workload.kind.rawValue)
      json.field("runtime", workload.runtime.rawValue)
    }
  }

  private func write(_ input: Explanation.Input, _ json: inout JSONText) {
    let declaration = input.metric.declaration
    json.field("metric", declaration.name)
    json.field("unit", declaration.unit.rawValue)
    json.field("kind", declaration.kind.rawValue)
    json.field("before", FigureValue(input.before))
    json.field("before_reason", FigureValue(input.before).reason)
    json.field("now", FigureValue(input.now))
    json.field("now_reason", FigureValue(input.now).reason)
    json.field("nanoseconds", input.nanoseconds)
    json.field("words", input.words)
    json.array("read_from") { json in
      for file in input.files {
        json.object { json in
          json.field("path", file.path)
          json.field("key", file.key)
        }
      }
    }
  }
}
