import Glibc
import TareModel
import Testing

/// The marks of many starts beside the truth.
struct TruthReport {
  let kind: String
  let truths: [Truth]

  init(_ kind: String, _ truths: [Truth]) {
    self.kind = kind
    self.truths = truths
  }

  /// Every bracket contains the truth. Where many starts were asked for, 99 of 100 are enough, since the truth itself is
  /// taken by programs that may be held up; then the errors' distribution is printed too, of those starts of which the truth
  /// is known well enough.
  /// - Parameter most: microseconds that 95 of 100 are off at most.
  func expect(
    _ what: String, most: Double? = nil, _ mark: (Truth) -> BootTimeline.Mark?,
    _ instants: (Truth) -> ClosedRange<UInt64>,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let misses = truths.filter { !$0.contains(mark($0), instants($0)) }
    let isSurvey = truths.count >= 100
    if !isSurvey || misses.count * 100 > truths.count {
      #expect(
        misses.isEmpty, "\(kind), \(what): \(misses.map { ($0.error(mark($0), instants($0)), mark($0)) })",
        sourceLocation: location)
    }
    guard isSurvey else { return }
    let sure = truths.filter { truth in
      let instants = instants(truth)
      return most.map { Double(instants.upperBound - instants.lowerBound) / 1000 <= $0 } ?? true
    }
    #expect(sure.count * 10 >= truths.count * 8, "\(kind), \(what): the truth is not known", sourceLocation: location)
    let errors = sure.map { abs($0.error(mark($0), instants($0))) }.sorted()
    func place(_ share: Double) -> Double { errors[min(errors.count - 1, Int(Double(errors.count) * share))] }
    let widths = truths.compactMap { truth in
      mark(truth).flatMap { mark in mark.hi.flatMap { hi in mark.lo.map { hi - $0 } } }
    }.sorted()
    let width = widths.isEmpty ? "open" : "\(widths[widths.count / 2] / 1000) µs"
    let covered = (Double(truths.count - misses.count) * 1000 / Double(truths.count)).rounded(.down) / 10
    var line =
      "truth: \(kind), \(what): \(sure.count) of \(truths.count) starts, off by \(Int(place(0.5))) µs median, "
      + "\(Int(place(0.95))) µs p95, \(Int(errors.last ?? 0)) µs at most; bracket \(width) median, covers \(covered) %"
    if let most {
      line += "; p95 at most \(Int(most)) µs: \(place(0.95) <= most ? "met" : "MISSED")"
      #expect(place(0.95) <= most, "\(kind), \(what)", sourceLocation: location)
    }
    print(line)
  }
}
