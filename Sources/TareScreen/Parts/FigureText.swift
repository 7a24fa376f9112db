internal import TareModel

enum FigureText {
  static func text(_ value: FigureValue, _ unit: Figure.Unit, _ settings: Settings) -> String {
    guard let number = value.number else { return value == .unlimited || value == .missing(.notApplicable) ? "–" : "?" }
    switch unit {
    case .bytes: return Amount.text(number, settings.units)
    case .bytesPerSecond: return Amount.text(number, settings.units) + "/s"
    case .percent: return Scaled.decimal(number) + " %"
    case .seconds: return Scaled.decimal(number) + " s"
    case .cores: return Scaled.decimal(number, digits: 2)
    case .count: return Scaled.count(number)
    }
  }
}
extension Figure { var heading: String { String(field.uppercased().prefix(14)) } }
