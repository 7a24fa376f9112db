internal import TareModel

/// Bytes for people: three figures and a unit that two amounts can share.
struct Amount {
  struct Unit {
    let name: String
    let bytes: Double
  }

  private static let iec = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  private static let si = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]

  /// The unit in which this amount has one to three figures before the point.
  static func unit(for bytes: Double, _ units: Settings.Units) -> Unit {
    let (names, step) = units == .iec ? (iec, 1024.0) : (si, 1000.0)
    var (index, size) = (0, 1.0)
    while index + 1 < names.count, bytes >= size * step * 0.9995 {
      index += 1
      size *= step
    }
    return Unit(name: names[index], bytes: size)
  }

  /// `4.40`, `15.6`, `167`.
  static func figures(_ bytes: Double, in unit: Unit) -> String {
    let value = bytes / unit.bytes
    if unit.bytes == 1 || value >= 999.5 { return Scaled.count(value.rounded()) }
    return value < 9.995 ? Scaled.decimal(value, digits: 2) : Scaled.decimal(value)
  }

  /// `4.40 GiB`
  static func text(_ bytes: Double, _ units: Settings.Units) -> String {
    let unit = unit(for: bytes, units)
    return "\(figures(bytes, in: unit)) \(unit.name)"
  }

  /// A round scale end: `2 GiB`, `512 MiB`.
  static func scale(_ bytes: Double, _ units: Settings.Units) -> String {
    let unit = unit(for: bytes, units)
    return "\(Scaled.count((bytes / unit.bytes).rounded())) \(unit.name)"
  }

  /// The unit of the table's columns.
  static func tableUnit(_ units: Settings.Units) -> Unit {
    units == .iec ? Unit(name: "MiB", bytes: 1_048_576) : Unit(name: "MB", bytes: 1_000_000)
  }
}
