internal import TareModel

extension Canvas {
  /// The same picture as an SVG file: a grid of cells that every viewer shows alike.
  /// - Parameter title: read out by screen readers, and shown by browsers.
  public func svg(_ palette: Palette, title: String = "tare") -> String {
    var picture = SVGPicture(palette)
    for y in 0..<size.height { picture.add(row: y, of: self) }
    return picture.text(size, title: title)
  }
}

/// Collects what is drawn in the same way, so that one element holds it all: smaller, and within one path neighbours join
/// without a seam at every scale.
private struct SVGPicture {
  /// With 15 pixels most fixed-width fonts go on by 9 a character.
  static let cell = (width: 9, height: 18)
  static let margin = 9
  static let fontSize = 15
  static let baseline = 14
  static let fonts = "'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,'Noto Sans Mono CJK KR',monospace"

  private struct Fill: Hashable {
    var color: RGB
    var opacity: Double
  }

  private struct Ink: Hashable {
    var color: RGB
    var isBold: Bool
  }

  private let palette: Palette
  /// In the order in which they first came.
  private var backgrounds = Groups<Fill>()
  private var shapes = Groups<Fill>()
  private var texts = Groups<Ink>()
  private let looks: [Palette.Look]

  init(_ palette: Palette) {
    self.palette = palette
    looks = (0..<Style.count).map { index in
      palette.look(Style(Style.Ink.allCases[index / 8], Style.Flags(rawValue: UInt8(index % 8))))
    }
  }

  mutating func add(row y: Int, of canvas: Canvas) {
    let row = Array(canvas.row(y))
    var x = 0
    while x < row.count {
      let style = row[x].style
      let end = row[x...].firstIndex { $0.style != style } ?? row.count
      add(row, x..<end, y, looks[style.index], of: canvas)
      x = end
    }
  }

  /// Cells of one style.
  private mutating func add(_ row: [Cell], _ run: Range<Int>, _ y: Int, _ look: Palette.Look, of canvas: Canvas) {
    let colors = palette.colors(look)
    if colors.background != palette.defaults.background {
      backgrounds[Fill(color: colors.background, opacity: 1)] += Self.path(
        BlockShape.Part(0, 0, 1, 1), x: run.lowerBound, y: y, count: run.count)
    }
    let ink = Ink(color: colors.foreground, isBold: look.isBold)
    var x = run.lowerBound
    while x < run.upperBound {
      let cell = row[x]
      if cell.glyph == 0x20 || cell.isContinuation {
        x += 1
      } else if let shape = BlockShape(cell.glyph) {
        let end = row[x..<run.upperBound].firstIndex { $0.glyph != cell.glyph } ?? run.upperBound
        add(shape, x: x, y: y, count: end - x, colors.foreground)
        x = end
      } else if (0x21...0x7e).contains(cell.glyph) {
        // Up to the next blank: in a font of another width a word is pulled right, and none can drift far.
        let end = row[x..<run.upperBound].firstIndex { !(0x21...0x7e).contains($0.glyph) } ?? run.upperBound
        let word = row[x..<end].map { canvas.text(of: $0) }.joined()
        let length = end - x > 1 ? " textLength=\"\((end - x) * Self.cell.width)\"" : ""
        texts[ink] += "<text x=\"\(x * Self.cell.width)\" \(Self.line(y))\(length)>\(Self.escaped(word))</text>\n"
        x = end
      } else {
        // Any other may come from another font, of any width: each stands in the middle of its own cells.
        let isWide = x + 1 < row.count && row[x + 1].isContinuation
        let middle = Self.number((Double(x) + (isWide ? 1 : 0.5)) * Double(Self.cell.width))
        let character = Self.escaped(canvas.text(of: cell))
        texts[ink] += "<text x=\"\(middle)\" \(Self.line(y)) text-anchor=\"middle\">\(character)</text>\n"
        x += 1
      }
    }
  }

  private mutating func add(_ shape: BlockShape, x: Int, y: Int, count: Int, _ color: RGB) {
    let fill = Fill(color: color, opacity: shape.opacity)
    for part in shape.parts {
      if part.width == 1 {
        shapes[fill] += Self.path(part, x: x, y: y, count: count)
      } else {
        for place in x..<(x + count) { shapes[fill] += Self.path(part, x: place, y: y, count: 1) }
      }
    }
  }

  func text(_ size: Size, title: String) -> String {
    let margin = Self.margin
    let (width, height) = (size.width * Self.cell.width + 2 * margin, size.height * Self.cell.height + 2 * margin)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" role="img" width="\(width)" height="\(height)" viewBox="-\(margin) -\(margin) \(width) \(height)">
      <title>\(Self.escaped(title))</title>
      <rect x="-\(margin)" y="-\(margin)" width="\(width)" height="\(height)" fill="\(palette.defaults.background.text)"/>

      """
    for (fill, path) in backgrounds.all + shapes.all {
      let opacity = fill.opacity < 1 ? " fill-opacity=\"\(Self.number(fill.opacity))\"" : ""
      text += "<path fill=\"\(fill.color.text)\"\(opacity) d=\"\(path)\"/>\n"
    }
    text += "<g font-family=\"\(Self.fonts)\" font-size=\"\(Self.fontSize)\">\n"
    for (ink, words) in texts.all {
      text += "<g fill=\"\(ink.color.text)\"\(ink.isBold ? " font-weight=\"bold\"" : "")>\n\(words)</g>\n"
    }
    return text + "</g>\n</svg>\n"
  }

  // MARK: Words of SVG

  private static func line(_ y: Int) -> String { "y=\"\(y * cell.height + baseline)\"" }

  /// A rectangle as a part of a path.
  private static func path(_ part: BlockShape.Part, x: Int, y: Int, count: Int) -> String {
    let (across, down) = (Double(cell.width), Double(cell.height))
    let width = number(part.width == 1 ? Double(count) * across : part.width * across)
    let height = number(part.height * down)
    return "M\(number((Double(x) + part.x) * across)) \(number((Double(y) + part.y) * down))"
      + "h\(width)v\(height)h-\(width)z"
  }

  /// At most three decimals.
  private static func number(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    guard thousandths % 1000 != 0 else { return "\(thousandths / 1000)" }
    return "\(Double(thousandths) / 1000)"
  }

  /// Without the characters that mean something in XML, and those that it does not allow.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case _ where scalar.isHarmful || scalar.value & 0xfffe == 0xfffe: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

/// Texts by key, in the order of their first use.
private struct Groups<Key: Hashable> {
  private(set) var all: [(Key, String)] = []
  private var places: [Key: Int] = [:]

  subscript(key: Key) -> String {
    get { places[key].map { all[$0].1 } ?? "" }
    _modify {
      let place = places[key] ?? all.count
      if place == all.count {
        places[key] = place
        all.append((key, ""))
      }
      yield &all[place].1
    }
  }
}
