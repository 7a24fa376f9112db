/// Keys as they come while a Korean input mode is on: single jamo stand for the letters on the same keys.
enum Hangul {
  private static let letters: [Character: Character] = [
    "ㅂ": "q", "ㅈ": "w", "ㄷ": "e", "ㄱ": "r", "ㅅ": "t", "ㅛ": "y", "ㅕ": "u", "ㅑ": "i", "ㅐ": "o", "ㅔ": "p",
    "ㅁ": "a", "ㄴ": "s", "ㅇ": "d", "ㄹ": "f", "ㅎ": "g", "ㅗ": "h", "ㅓ": "j", "ㅏ": "k", "ㅣ": "l",
    "ㅋ": "z", "ㅌ": "x", "ㅊ": "c", "ㅍ": "v", "ㅠ": "b", "ㅜ": "n", "ㅡ": "m",
    "ㅃ": "Q", "ㅉ": "W", "ㄸ": "E", "ㄲ": "R", "ㅆ": "T", "ㅒ": "O", "ㅖ": "P",
  ]

  /// The letter on the key of this jamo.
  static func letter(_ character: Character) -> Character? { letters[character] }

  /// A syllable that the input mode has put together of several keys: which keys nobody can tell for sure.
  static func isSyllable(_ character: Character) -> Bool {
    guard let scalar = character.unicodeScalars.first else { return false }
    return (0xac00...0xd7a3).contains(scalar.value) || (0x1100...0x11ff).contains(scalar.value)
  }
}
