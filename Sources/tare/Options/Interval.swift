import ArgumentParser
import TareConfig

/// A time as people write it: `1s`, `200ms`, `2m`, `0`, or seconds without a unit.
struct Interval: ExpressibleByArgument {
  let nanoseconds: UInt64

  init?(argument: String) {
    guard let time = TimeText.nanoseconds(argument) else { return nil }
    nanoseconds = time
  }

  var defaultValueDescription: String { "1s" }
}
