extension String {
  /// In lines of at most this many cells, parted at blanks; a word that is longer is cut at `/`, or anywhere.
  public func wrapped(to width: Int) -> [String] {
    guard width > 0 else { return [] }
    var lines: [String] = []
    var line = ""
    var cells = 0
    for word in split(separator: " ") {
      var word = String(word)
      var wide = word.displayWidth
      if cells > 0, cells + 1 + wide <= width {
        line += " \(word)"
        cells += 1 + wide
        continue
      }
      if cells > 0 { lines.append(line) }
      while wide > width {
        let head = word.head(width)
        lines.append(head)
        word.removeFirst(head.count)
        wide = word.displayWidth
      }
      (line, cells) = (word, wide)
    }
    if cells > 0 { lines.append(line) }
    return lines.isEmpty ? [""] : lines
  }

  /// So many cells of it, up to a slash where one is in their second half; at least one character.
  private func head(_ width: Int) -> String {
    var head = ""
    var cells = 0
    for character in self {
      cells += String(character).displayWidth
      if cells > width, !head.isEmpty { break }
      head.append(character)
    }
    guard let slash = head.lastIndex(of: "/"), head.distance(from: head.startIndex, to: slash) > width / 2 else {
      return head
    }
    return String(head[...slash])
  }
}
