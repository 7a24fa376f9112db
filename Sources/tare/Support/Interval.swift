import ArgumentParser

/// A time as people write it: `1s`, `200ms`, `2m`, `0`, or seconds without a unit.
struct Interval: ExpressibleByArgument {
  let nanoseconds: UInt64

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)]
    let unit = units.first { argument.hasSuffix($0.0) } ?? ("", 1e9)
    guard let number = Double(argument.dropLast(unit.0.count)), number.isFinite, number >= 0, number * unit.1 < 1e15
    else { return nil }
    nanoseconds = UInt64(number * unit.1)
  }

  var defaultValueDescription: String { "1s" }
}
