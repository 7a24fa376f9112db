/// An order of rows: by a text from A to Z, or by a number, whose greatest come first. What is missing comes last both
/// ways round; rows that are equal stand by name and id.
public struct RowOrder: Sendable {
  private let key: RowKey
  private let isInverted: Bool

  /// All names that may be given.
  public static let names = RowKey.catalogue.map(\.name)

  /// Nil for a name that is none of ``names``.
  public init?(named name: String, isInverted: Bool = false) {
    guard let key = RowKey.named(name) else { return nil }
    self.key = key
    self.isInverted = isInverted
  }

  public func rows(_ frame: Frame) -> [Int] { sorted(Array(frame.current.workloads.indices), frame) }

  /// These rows in this order. Each row's key is made once.
  public func sorted(_ rows: [Int], _ frame: Frame) -> [Int] {
    let workloads = frame.current.workloads
    func byName(_ one: Int, _ other: Int) -> Bool {
      (workloads[one].name, workloads[one].id) < (workloads[other].name, workloads[other].id)
    }
    switch key.value {
    case .text(let value):
      return sort(rows.map { ($0, value(frame, $0)) }, greatestFirst: isInverted, byName)
    case .number(_, let value):
      return sort(rows.map { ($0, value(frame, $0)) }, greatestFirst: !isInverted, byName)
    case .instant(let value):
      return sort(rows.map { ($0, value(frame, $0)) }, greatestFirst: !isInverted, byName)
    }
  }

  private func sort<Value: Comparable>(
    _ keyed: [(row: Int, value: Value?)], greatestFirst: Bool, _ byName: (Int, Int) -> Bool
  ) -> [Int] {
    keyed.sorted { one, other in
      switch (one.value, other.value) {
      case (let first?, let second?):
        if first != second { return greatestFirst ? first > second : first < second }
        return byName(one.row, other.row)
      case (.some, nil): return true
      case (nil, .some): return false
      case (nil, nil): return byName(one.row, other.row)
      }
    }.map(\.row)
  }
}
