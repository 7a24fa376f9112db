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
  /// taken by programs that may be held up; then the errors' distribution is printed too.
  func expect(
    _ what: String, _ mark: (Truth) -> BootTimeline.Mark?, _ instants: (Truth) -> ClosedRange<UInt64>,
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
    let errors = truths.map { abs($0.error(mark($0), instants($0))) }.sorted()
    func place(_ share: Double) -> Int { Int(errors[min(errors.count - 1, Int(Double(errors.count) * share))]) }
    let widths = truths.compactMap { truth in
      mark(truth).flatMap { mark in mark.hi.flatMap { hi in mark.lo.map { hi - $0 } } }
    }
    .sorted()
    let width = widths.isEmpty ? "open" : "\(widths[widths.count / 2] / 1000) µs"
    let covered = Double(truths.count - misses.count) * 100 / Double(truths.count)
    print(
      "truth: \(kind), \(what): \(truths.count) starts, off by \(place(0.5)) µs median, \(place(0.95)) µs p95, "
        + "\(Int(errors.last ?? 0)) µs at most; bracket \(width) median, covers \(covered) %")
  }
}
