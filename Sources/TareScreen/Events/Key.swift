/// A key as people name it, after the terminal's escape sequences are taken apart.
public enum Key: Sendable, Hashable {
  /// A character that was typed, in composed form.
  case character(Character)
  case control(Character)
  case up, down, left, right, pageUp, pageDown, home, end, insert, delete
  case enter, escape, backspace, tab, backTab
  /// F1 is 1.
  case function(Int)
}

/// What the mouse did, in cells from the upper left corner.
public struct Mouse: Sendable, Hashable {
  public enum Action: Sendable, Hashable { case press, doublePress, wheelUp, wheelDown }

  public var action: Action
  public var x: Int
  public var y: Int

  public init(_ action: Action, x: Int, y: Int) {
    self.action = action
    self.x = x
    self.y = y
  }
}
