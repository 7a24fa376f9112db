/// What the service was asked to use, from its arguments or, in a guest, from the kernel's command line too.
struct Settings: Equatable {
  /// Memory to hold, in MiB.
  var hold = 24
  /// CPU time to use, in percent of one core.
  var load = 5

  struct Invalid: Error, CustomStringConvertible {
    let description: String
  }

  /// Reads `--hold MiB` and `--load PERCENT`, and the kernel's words `tare.hold=MiB` and `tare.load=PERCENT`.
  ///
  /// The kernel's command line has many words that are not ours (and hands those it does not know to init as
  /// arguments), so a guest skips what it does not know; elsewhere an unknown word is an error.
  init(words: [String], isGuest: Bool) throws(Invalid) {
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--guest": continue
      case "--hold": hold = try Self.number(rest.popFirst(), of: word, in: 0...65_536)
      case "--load": load = try Self.number(rest.popFirst(), of: word, in: 0...100)
      case _ where word.hasPrefix("tare.hold="):
        hold = try Self.number(Self.value(of: word), of: "tare.hold", in: 0...65_536)
      case _ where word.hasPrefix("tare.load="):
        load = try Self.number(Self.value(of: word), of: "tare.load", in: 0...100)
      default:
        if !isGuest { throw Invalid(description: "unknown argument '\(word)'\n\(Self.usage)") }
      }
    }
  }

  static let usage = "usage: tare-service [--hold MiB] [--load PERCENT] [--guest]"

  private static func value(of word: String) -> String? {
    word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).last.map(String.init)
  }

  private static func number(_ text: String?, of name: String, in range: ClosedRange<Int>) throws(Invalid) -> Int {
    guard let text else { throw Invalid(description: "\(name) needs a number\n\(usage)") }
    guard let number = Int(text), range.contains(number) else {
      let bounds = "\(range.lowerBound) to \(range.upperBound)"
      throw Invalid(description: "\(name): expected a whole number from \(bounds), found '\(text)'\n\(usage)")
    }
    return number
  }
}
