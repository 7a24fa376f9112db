public import TareScreen

/// Which colours and characters to draw with: what the person chose first, then what the terminal answered, then what
/// its environment says.
public struct Appearance: Sendable, Hashable {
  /// As they are now: some change while tare runs.
  public var settings: Settings
  public let kind: TerminalKind
  /// The variable COLORFGBG, which rxvt, Konsole and others set.
  public let colorVariable: String?
  /// Whether the locale's characters are UTF-8.
  public let isUnicode: Bool
  /// What the terminal has answered.
  public var answeredGround: Palette.Ground?
  /// Whether it shows blocks and lines two cells wide, as some do in East Asia.
  public var drawsWide = false

  public init(_ settings: Settings, _ kind: TerminalKind, colorVariable: String?, isUnicode: Bool) {
    self.settings = settings
    self.kind = kind
    self.colorVariable = colorVariable
    self.isUnicode = isUnicode
  }

  public var palette: Palette { Palette(ground: ground, depth: depth) }

  public var isASCII: Bool { !isUnicode || settings.ascii ?? (drawsWide || kind.hasFewGlyphs) }

  /// Never more than the terminal has.
  public var depth: Palette.Depth {
    if settings.theme == .mono { return .none }
    let wanted = min(settings.colors ?? kind.colors, kind.colors)
    return Palette.Depth.allCases.last { $0.rawValue <= wanted } ?? .none
  }

  private var ground: Palette.Ground {
    switch settings.theme {
    case .dark: .dark
    case .light: .light
    case .hall: .hall
    case .mono: .unknown
    case .auto: answeredGround ?? colorVariable.flatMap(Self.ground(ofVariable:)) ?? .unknown
    }
  }

  /// Whether an answer could change anything.
  public var wantsGround: Bool { settings.theme == .auto && depth != .none && kind.mayAnswer }
  public var wantsWidth: Bool { settings.ascii == nil && !isASCII && kind.mayAnswer }

  /// COLORFGBG is `15;0` or `15;default;0`: its last part is the ground, one of 16 colours.
  static func ground(ofVariable text: String) -> Palette.Ground? {
    guard let last = text.split(separator: ";").last, let color = Int(last), (0...15).contains(color) else {
      return nil
    }
    return color == 7 || color >= 9 ? .light : .dark
  }

  /// By how bright the colour looks, as television has it.
  static func ground(red: Double, green: Double, blue: Double) -> Palette.Ground {
    0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 ? .light : .dark
  }
}
