public import TareModel

/// How a cell looks, by what it means; a ``Palette`` turns it into colours.
public struct Style: Sendable, Hashable {
  /// What a colour stands for. Never the only sign of it.
  public enum Ink: UInt8, Sendable, Hashable, CaseIterable {
    case text, container, vm, process, warning, dim
  }

  public struct Flags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let bold = Flags(rawValue: 1)
    /// The selected row.
    public static let selected = Flags(rawValue: 2)
    /// Light and dark exchanged: title bars, keys.
    public static let reverse = Flags(rawValue: 4)
  }

  public var ink: Ink
  public var flags: Flags

  public init(_ ink: Ink, _ flags: Flags = []) {
    self.ink = ink
    self.flags = flags
  }

  public static let text = Style(.text)
  public static let bold = Style(.text, .bold)
  public static let container = Style(.container)
  public static let vm = Style(.vm)
  public static let process = Style(.process)
  public static let warning = Style(.warning)
  public static let dim = Style(.dim)

  /// A pod is containers'.
  public init(of kind: Workload.Kind) { self = kind == .vm ? .vm : kind == .user ? .process : .container }

  /// All there can be, for palettes that need a number for each.
  public static let count = Ink.allCases.count * 8
  /// 0 to ``count`` less 1.
  public var index: Int { Int(ink.rawValue) * 8 + Int(flags.rawValue & 7) }
}
