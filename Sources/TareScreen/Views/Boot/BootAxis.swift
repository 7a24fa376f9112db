internal import TareModel

/// A linear scale of seconds with round numbers, and where on it an instant lies.
struct BootAxis: Equatable {
  let from: Double
  let to: Double
  /// Seconds from one number to the next.
  let step: Double
  /// Decimals of the numbers.
  private let digits: Int

  /// Covers these seconds, and 0, and goes on to the next number.
  /// - Parameter width: cells, by which there are more or fewer numbers.
  init(from: Double, to: Double, width: Int) {
    let least = max(-1e9, min(from, 0))
    let most = min(1e9, max(to, least + 1e-3))
    let numbers = Double(max(2, min(12, width / 9)))
    // 1, 2 and 5 times a power of ten.
    let factors = [2, 2.5, 2]
    var (step, digits, place) = (1e-4, 4, 0)
    while (most - least) / step > numbers {
      step *= factors[place % 3]
      place += 1
      if place % 3 == 0 { digits = max(0, digits - 1) }
    }
    self.step = step
    self.digits = digits
    self.from = least
    self.to = max((most / step - 1e-6).rounded(.up) * step, self.from + step)
  }

  var length: Double { to - from }

  /// The cell of an instant; -1 lies left of the scale and `width` right of it.
  func cell(_ seconds: Double, width: Int) -> Int {
    let share = (seconds - from) / length
    if share < -1e-9 { return -1 }
    if share > 1 + 1e-9 { return width }
    return max(0, min(width - 1, Int((share * Double(width - 1)).rounded())))
  }

  /// Numbers at their cells, the last with the unit: it may reach three cells beyond the end.
  /// - Parameter zero: what stands at 0.
  func draw(on canvas: inout Canvas, x: Int, y: Int, width: Int, zero: String = "0") {
    guard width > 0 else { return }
    let first = Int((from / step - 1e-6).rounded(.up))
    let last = Int((to / step).rounded())
    let end = "\(text(to)) s"
    let endX = x + width - 1 - max(0, end.count - 4)
    canvas.put(end, x: endX, y: y, .dim)
    var free = x
    for number in first..<max(first, last) {
      let seconds = Double(number) * step
      let text = number == 0 ? zero : text(seconds)
      let at = x + cell(seconds, width: width)
      guard at >= free, at + text.count < endX else { continue }
      free = canvas.put(text, x: at, y: y, .dim) + 1
    }
  }

  /// `0`, `0.05`, `-2`.
  func text(_ seconds: Double) -> String {
    let number = (seconds / step).rounded() * step
    if abs(number) < step / 2 { return "0" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((abs(number) * scale).rounded())
    let sign = number < 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let parts = whole.quotientAndRemainder(dividingBy: Int64(scale))
    let fraction = String(parts.remainder)
    return "\(sign)\(parts.quotient).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }
}
