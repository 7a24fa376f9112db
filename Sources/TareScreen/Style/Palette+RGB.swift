/// A colour as pictures name it.
struct RGB: Hashable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// `#1c2a3b`
  var text: String {
    "#"
      + [red, green, blue].map { part in
        let digits = String(part, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }

  /// One of xterm's 256 colours.
  init(xterm index: UInt8) {
    switch index {
    case 0..<16: self = Self.first[Int(index)]
    // A cube of six steps a colour.
    case 16..<232:
      let place = index - 16
      func step(_ value: UInt8) -> UInt8 { value == 0 ? 0 : 55 + 40 * value }
      self.init(step(place / 36), step(place / 6 % 6), step(place % 6))
    default:
      let gray = 8 + 10 * (index - 232)
      self.init(gray, gray, gray)
    }
  }

  private static let first: [RGB] = [
    RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205),
    RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0), RGB(92, 92, 255),
    RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
  ]
}

extension Palette {
  /// What the terminal itself would show; where that is unknown, dark.
  var defaults: (foreground: RGB, background: RGB) {
    switch ground {
    case .dark, .unknown: (RGB(224, 226, 230), RGB(22, 24, 29))
    case .light: (RGB(26, 26, 26), RGB(255, 255, 255))
    case .hall: (RGB(0, 0, 0), RGB(255, 255, 255))
    }
  }

  /// The colours of a style, with nothing left to the terminal.
  func colors(_ look: Look) -> (foreground: RGB, background: RGB) {
    let foreground = look.foreground.map(RGB.init(xterm:)) ?? defaults.foreground
    let background = look.background.map(RGB.init(xterm:)) ?? defaults.background
    return look.isReverse ? (background, foreground) : (foreground, background)
  }
}
