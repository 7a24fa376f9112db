import Glibc
import LinuxSystem
import TareBenchmark
import TareModel

/// What is seen on a terminal while the benchmark runs: how far it is, and how the times are distributed until now. It is
/// drawn between runs, and some times a second during a long one; it is gone at the end.
final class BootLive {
  private let style = BootManner.of(STDERR_FILENO)
  private var lines = 0
  private var drawn: ContinuousClock.Instant?
  /// Short runs are not to be disturbed by a picture each.
  private static let pause = Duration.milliseconds(100)

  func show(_ progress: Benchmark.Progress) {
    let now = ContinuousClock.now
    if let drawn, now - drawn < Self.pause { return }
    drawn = now
    let room = max(1, BootManner.height(STDERR_FILENO) - 2)
    let picture = Self.lines(progress, style).prefix(room)
    var text = lines > 0 ? "\u{1B}[\(lines)A\r" : ""
    for line in picture { text += "\u{1B}[K\(line)\n" }
    text += "\u{1B}[J"
    lines = picture.count
    write(text)
  }

  /// Takes the picture away.
  func clear() {
    if lines > 0 { write("\u{1B}[\(lines)A\r\u{1B}[J") }
    lines = 0
  }

  static func lines(_ progress: Benchmark.Progress, _ style: OutputStyle) -> [String] {
    let width = max(20, style.width - 1)
    let left = progress.left.map { "about \(time($0)) left" } ?? "time left not known yet"
    let current = progress.current.map { name($0, style) } ?? ""
    let head = "run \(progress.done + 1) of \(progress.total), \(left)   \(current)"
    let names = progress.times.map { name($0.name, style).fittedAtMost(24) }
    let longest = names.map(\.displayWidth).max() ?? 0
    let bars = min(40, width - longest - 42)
    var lines = [head.fittedAtMost(width)]
    for (row, name) in zip(progress.times, names) {
      var line = "  \(name.fitted(to: longest))  "
      if row.isGivenUp {
        line += "given up"
      } else if row.times.isEmpty {
        line += "-"
      } else {
        let sorted = row.times.sorted()
        let ends = (sorted[0], sorted[sorted.count - 1])
        func text(_ seconds: Double) -> String { DurationText.text(seconds, isUnicode: style.isUnicode) }
        line += "\(text(sorted[sorted.count / 2]).fitted(to: 10, atEnd: true))"
        if bars >= 8, sorted.count > 1 {
          let bar = Histogram.line(sorted, width: bars, isUnicode: style.isUnicode)
          line += "  \(text(ends.0).fitted(to: 10, atEnd: true)) [\(bar)] \(text(ends.1))"
        }
      }
      lines.append(line.fittedAtMost(width))
    }
    return lines
  }

  private static func name(_ text: String, _ style: OutputStyle) -> String {
    let safe = text.harmless
    return style.isUnicode ? safe : safe.map { $0.isASCII ? String($0) : "?" }.joined()
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 120 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
  }

  private func write(_ text: String) {
    try? writeAll(text, to: STDERR_FILENO)
  }
}
