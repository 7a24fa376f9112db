internal import TareModel

/// The value of a figure for people.
enum FigureText {
  /// With its unit: `167.3 MiB`, `12.4 %`; `–` where it does not exist, `?` where it is unknown.
  static func text(_ value: FigureValue, _ unit: Figure.Unit, _ settings: Settings) -> String {
    guard let number = value.number else { return value.sign }
    switch unit {
    case .bytes: return Amount.text(number, settings.units)
    case .bytesPerSecond: return "\(Amount.text(number, settings.units))/s"
    case .percent: return "\(Scaled.decimal(number)) %"
    case .seconds: return "\(Scaled.decimal(number, digits: number < 10 ? 2 : 1)) s"
    case .cores: return Scaled.decimal(number, digits: 2)
    case .perSecond: return "\(Scaled.decimal(number))/s"
    case .count: return Scaled.count(number)
    }
  }

  /// For a column whose heading has the unit: decimals stand below each other.
  static func cell(_ value: FigureValue, _ unit: Figure.Unit, _ settings: Settings) -> String {
    guard let number = value.number else { return value.sign }
    switch unit {
    case .bytes: return Scaled.decimal(number / Amount.tableUnit(settings.units).bytes)
    case .bytesPerSecond: return Scaled.decimal(number / Amount.tableUnit(settings.units).bytes, digits: 2)
    case .percent, .seconds, .perSecond: return Scaled.decimal(number)
    case .cores: return Scaled.decimal(number, digits: 2)
    case .count: return Scaled.count(number)
    }
  }

  /// The same with the sign of a bound before it, and the place for a mark behind it.
  static func cell(_ value: FigureValue, _ bound: Bound, _ unit: Figure.Unit, _ settings: Settings) -> String {
    let sign = value.number == nil || bound == .exact ? "" : "\(bound.sign) "
    return "\(sign)\(cell(value, unit, settings)) "
  }

  /// One of a weight's sums in such a column, with a mark behind it or a sign before it: `371.8~`, `≥ 43.7`.
  static func cell(_ total: Weight.Total, _ weight: Weight, _ settings: Settings) -> String {
    guard let sum = weight[total] else { return "? " }
    let number = Scaled.decimal(sum.value / Amount.tableUnit(settings.units).bytes)
    if sum.bound != .exact { return "\(sum.bound.sign) \(number) " }
    return number + (sum.certainty.sign.isEmpty ? " " : sum.certainty.sign)
  }

  /// What the heading of such a column says of the unit.
  static func suffix(_ unit: Figure.Unit, _ settings: Settings) -> String {
    let bytes = Amount.tableUnit(settings.units).name
    return switch unit {
    case .bytes: " \(bytes)"
    case .bytesPerSecond: " \(bytes)/s"
    case .percent: " %"
    case .seconds: " s"
    case .perSecond: " /s"
    case .cores, .count: ""
    }
  }

  /// `0.24r`, `≥1.20`, `?`: a span and how it is known. The last cell is for the mark.
  static func text(_ span: BootSpan) -> String {
    switch span {
    case .exact(let seconds, let label): "\(digits(seconds))\(mark(label))"
    case .atLeast(let seconds): "≥\(digits(seconds)) "
    case .atMost(let seconds): "<\(digits(seconds)) "
    case .unknown: "? "
    case .notApplicable: "– "
    }
  }

  /// `0.24`, `12.4`, `180`.
  static func digits(_ seconds: Double) -> String {
    Scaled.decimal(seconds, digits: seconds < 99.995 ? 2 : seconds < 999.95 ? 1 : 0)
  }

  /// One cell: how sure it is.
  static func mark(_ label: BootTimeline.Label) -> String {
    switch label {
    case .measured: " "
    case .reported: "r"
    case .inferred, .unknown: "~"
    }
  }
}

extension String {
  /// Without the blank behind a bound's sign, and then without the one for a mark, where it is too long.
  func squeezed(to width: Int) -> String {
    guard displayWidth > width, let sign = first, "≥≤~".contains(sign) else { return self }
    let text = String(sign) + String(dropFirst()).trimmedStart
    return text.displayWidth > width ? text.trimmedEnd : text
  }
}
