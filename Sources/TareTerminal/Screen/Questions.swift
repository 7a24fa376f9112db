public import TareScreen

/// What the terminal is asked when the screen opens, and what to make of the answers. Nobody waits for them for long: the
/// first frame is drawn without, and again if an answer changes something.
public struct Questions: Sendable {
  /// A cell that is on every screen worth asking on. Not in the first row, where the answer would look like F3 with Shift.
  static let row = 2
  private static let column = 3

  public private(set) var isWaiting = false
  private let asksGround: Bool
  private let asksWidth: Bool

  public init(_ appearance: Appearance, size: Size) {
    asksGround = appearance.wantsGround
    asksWidth = appearance.wantsWidth && size.width >= 8 && size.height >= 3
    isWaiting = asksGround || asksWidth
  }

  /// What to send: nothing where nothing is asked. Leaves a character on the screen, which is cleared afterwards.
  public var text: String {
    guard asksGround || asksWidth else { return "" }
    var text = ""
    if asksWidth { text += "\u{1b}[\(Self.row);\(Self.column)H\u{2588}\u{1b}[6n" }
    if asksGround { text += "\u{1b}]11;?\u{1b}\\" }
    // Every terminal answers this, so after that nothing more comes.
    return text + "\u{1b}[c"
  }

  /// Takes an answer in.
  /// - Returns: whether it changed the appearance.
  public mutating func take(_ answer: Answer, _ appearance: inout Appearance) -> Bool {
    let before = appearance
    switch answer {
    case .attributes: isWaiting = false
    case .cursor(let row, let column):
      if asksWidth, row == Self.row { appearance.drawsWide = column > Self.column + 1 }
    case .background(let red, let green, let blue):
      if asksGround { appearance.answeredGround = Appearance.ground(red: red, green: green, blue: blue) }
    }
    return appearance.palette != before.palette || appearance.isASCII != before.isASCII
  }

  public mutating func stopWaiting() { isWaiting = false }
}
