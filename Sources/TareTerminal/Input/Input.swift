public import TareScreen

/// What comes from a terminal.
public enum Input: Sendable, Hashable {
  case key(Key)
  case mouse(Mouse)
  case answer(Answer)
}

/// What a terminal says of itself when asked. It can come at any time, also late, and is never taken as typed.
public enum Answer: Sendable, Hashable {
  /// The colour behind the text, each part from 0 to 1.
  case background(red: Double, green: Double, blue: Double)
  /// Where the cursor is; the upper left corner is row 1, column 1.
  case cursor(row: Int, column: Int)
  /// What it can do: nobody wants to know, but every terminal says it, and after what it was asked before.
  case attributes
}
