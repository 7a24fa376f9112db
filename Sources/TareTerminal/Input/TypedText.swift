internal import TareScreen

/// The characters at the beginning of these bytes, none of which is a control character of ASCII.
/// - Returns: how many bytes were used; 0 when the rest of the first character must come first.
func typed(_ bytes: ArraySlice<UInt8>, isAll: Bool, _ found: inout [Input]) -> Int {
  let text = bytes.prefix { $0 >= 0x20 && $0 != 0x7f }
  let last = isAll || text.count < bytes.count ? 0 : unfinished(text)
  let whole = text.dropLast(last)
  // What is no UTF-8 becomes U+FFFD, which nobody types.
  var characters = Array(String(decoding: whole, as: UTF8.self))
  var used = whole.count
  // Input methods may send a syllable in its parts, and the next part may be on its way.
  if !isAll, text.count == bytes.count, last == 0, let open = characters.last, open.awaitsJamo {
    characters.removeLast()
    used -= open.utf8.count
  }
  for character in characters where character != "\u{FFFD}" {
    guard let first = character.unicodeScalars.first, !(0x80...0x9f).contains(first.value) else { continue }
    found.append(.key(.character(character.composed)))
  }
  return used
}

/// Bytes at the end that are the beginning of a character.
private func unfinished(_ text: ArraySlice<UInt8>) -> Int {
  for (index, byte) in text.suffix(3).reversed().enumerated() where byte & 0xc0 != 0x80 {
    let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > index + 1 ? index + 1 : 0
  }
  return 0
}

extension Character {
  /// Whether a part of a Hangul syllable may follow and belong to it. Single jamo, as a keyboard in Korean mode sends
  /// them, are others and stand alone.
  fileprivate var awaitsJamo: Bool {
    guard let last = unicodeScalars.last?.value else { return false }
    return (0x1100...0x11a7).contains(last)
  }

  /// A Hangul syllable of initial, medial and final jamo as one scalar; anything else as it is. By the arithmetic of the
  /// Unicode Standard, section 3.12: the standard library composes nothing.
  var composed: Character {
    let scalars = unicodeScalars.map(\.value)
    guard (2...3).contains(scalars.count), (0x1100...0x1112).contains(scalars[0]),
      (0x1161...0x1175).contains(scalars[1])
    else { return self }
    var syllable = 0xac00 + ((scalars[0] - 0x1100) * 21 + scalars[1] - 0x1161) * 28
    if scalars.count == 3 {
      guard (0x11a8...0x11c2).contains(scalars[2]) else { return self }
      syllable += scalars[2] - 0x11a7
    }
    return Unicode.Scalar(syllable).map(Character.init) ?? self
  }
}
