/// One place on the screen: what stands there and how.
public struct Cell: Sendable, Hashable {
  /// A Unicode scalar; from ``firstCluster`` on an index into ``Canvas/clusters``; 0 for the second half of a wide
  /// character.
  public var glyph: UInt32
  public var style: Style

  /// No scalar is as great as this.
  static let firstCluster: UInt32 = 0x11_0000

  public static let blank = Cell(glyph: 0x20, style: .text)

  /// The right half of the wide character before it.
  public var isContinuation: Bool { glyph == 0 }
}

/// Cells across and down.
public struct Size: Sendable, Hashable {
  public var width: Int
  public var height: Int

  public init(_ width: Int, _ height: Int) {
    self.width = width
    self.height = height
  }
}

/// A part of the screen.
public struct Rect: Sendable, Hashable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// The first cell right of it.
  public var right: Int { x + width }
  /// The first row below it.
  public var bottom: Int { y + height }

  public func contains(x: Int, y: Int) -> Bool {
    (self.x..<right).contains(x) && (self.y..<bottom).contains(y)
  }
}
