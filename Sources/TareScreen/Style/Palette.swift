/// Turns what a style means into colours of a terminal.
public struct Palette: Sendable, Hashable {
  /// What is behind the text.
  public enum Ground: String, Sendable, Hashable, CaseIterable { case dark, light, hall, unknown }

  /// Colours that the terminal has.
  public enum Depth: Int, Sendable, Hashable, CaseIterable, Comparable {
    case none = 0
    case eight = 8
    case sixteen = 16
    case many = 256

    public static func < (one: Depth, other: Depth) -> Bool { one.rawValue < other.rawValue }
  }

  /// How one style is shown; nil is the terminal's own colour. Indices are those of xterm's 256 colours.
  public struct Look: Sendable, Hashable {
    public var foreground: UInt8?
    public var background: UInt8?
    public var isBold = false
    public var isReverse = false
  }

  public var ground: Ground
  public var depth: Depth

  public init(ground: Ground, depth: Depth) {
    self.ground = ground
    self.depth = depth
  }

  public func look(_ style: Style) -> Look {
    var look = Look()
    look.isBold = style.flags.contains(.bold)
    look.isReverse = style.flags.contains(.reverse)
    if depth == .many, ground == .hall {
      look.foreground = 16
      look.background = 231
    }
    color(style.ink, &look)
    if style.flags.contains(.selected) {
      switch (depth, ground) {
      case (.many, .dark):
        look.background = 238
        look.isBold = true
      case (.many, .light), (.many, .hall):
        look.background = 254
        look.isBold = true
      default: look.isReverse.toggle()
      }
    }
    return look
  }

  private func color(_ ink: Style.Ink, _ look: inout Look) {
    switch ink {
    case .text: break
    case .container: look.foreground = pick(dark: 75, light: 25, hall: 19, unknown: 32, 14, 4, 6, 4) ?? look.foreground
    case .vm:
      look.foreground = pick(dark: 214, light: 130, hall: 130, unknown: 166, 11, 1, 3, 1) ?? look.foreground
      if ground == .hall { look.isBold = true }
    case .process:
      look.foreground = pick(dark: 252, light: 236, hall: 16, unknown: nil, 7, 0, 7, 0) ?? look.foreground
    case .warning:
      look.isBold = true
      if depth == .many, let color = pick(dark: 219, light: 90, hall: 90, unknown: nil, 0, 0, 0, 0) {
        look.foreground = color
      } else {
        look.isReverse.toggle()
      }
    case .dim:
      if depth == .many {
        look.foreground = pick(dark: 248, light: 240, hall: 238, unknown: nil, 0, 0, 0, 0) ?? look.foreground
      }
    }
  }

  /// The colour for this ground and depth. With 16 or 8 colours an unknown ground is taken as dark.
  private func pick(
    dark: UInt8, light: UInt8, hall: UInt8, unknown: UInt8?, _ dark16: UInt8, _ light16: UInt8, _ dark8: UInt8,
    _ light8: UInt8
  ) -> UInt8? {
    let isLight = ground == .light || ground == .hall
    switch depth {
    case .none: return nil
    case .eight: return isLight ? light8 : dark8
    case .sixteen: return isLight ? light16 : dark16
    case .many:
      switch ground {
      case .dark: return dark
      case .light: return light
      case .hall: return hall
      case .unknown: return unknown
      }
    }
  }
}
