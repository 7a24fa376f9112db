internal import TareScreen

/// Takes the bytes of a terminal apart into keys, mouse and answers, however they are split on the way.
///
/// By the sequences that xterm, rxvt, tmux, screen and the Linux console send: they differ in few keys and contradict
/// each other in none, so terminfo is not asked.
public struct KeyDecoder: Sendable {
  /// What came and is no whole sequence yet.
  private var pending: [UInt8] = []
  private var isPasting = false
  private var clicks = Clicks()

  public init() {}

  /// Nanoseconds to wait for the rest of what has come so far before ``giveUp()``; nil when nothing is missing.
  public var timeout: UInt64? {
    if isPasting { return 1_000_000_000 }
    switch pending.count {
    case 0: return nil
    // Esc is a key of its own, too, and the beginning of most others.
    case 1 where pending[0] == escape: return 25_000_000
    case 3... where pending.starts(with: [escape, UInt8(ascii: "]")]): return 1_000_000_000
    default: return pending[0] == escape ? 100_000_000 : 25_000_000
    }
  }

  /// - Parameter now: monotonic nanoseconds, which tell a double press.
  public mutating func decode(_ bytes: some Sequence<UInt8>, at now: UInt64) -> [Input] {
    pending.append(contentsOf: bytes)
    return take(isAll: false, now)
  }

  /// The rest does not come: what is there is all.
  public mutating func giveUp() -> [Input] {
    let isEscape = pending == [escape] && !isPasting
    if isPasting || pending.first == escape { pending = [] }
    isPasting = false
    return isEscape ? [.key(.escape)] : take(isAll: true, 0)
  }

  private mutating func take(isAll: Bool, _ now: UInt64) -> [Input] {
    var found: [Input] = []
    var rest = pending[...]
    while let first = rest.first {
      if isPasting {
        guard let end = rest.firstRange(of: pasteEnd) else {
          rest = rest.suffix(pasteEnd.count - 1)
          break
        }
        rest = rest[end.upperBound...]
        isPasting = false
      } else if first == escape {
        let (meaning, length) = sequence(rest)
        guard length > 0 else { break }
        rest = rest.dropFirst(length)
        switch meaning {
        case .nothing: break
        case .input(let input): found.append(input)
        case .paste: isPasting = true
        case .mouse(let report): if let mouse = clicks.mouse(report, at: now) { found.append(.mouse(mouse)) }
        }
      } else if let key = controlKey(first) {
        if let key = key.key { found.append(.key(key)) }
        rest = rest.dropFirst()
      } else {
        let length = typed(rest, isAll: isAll, &found)
        guard length > 0 else { break }
        rest = rest.dropFirst(length)
      }
    }
    pending = isAll ? [] : Array(rest)
    return found
  }
}

let escape: UInt8 = 0x1b
private let pasteEnd: [UInt8] = Array("\u{1b}[201~".utf8)

/// The key that a control character stands for; nil for one that is none.
private func controlKey(_ byte: UInt8) -> (key: Key?, Void)? {
  switch byte {
  case 0x09: (.tab, ())
  case 0x0a, 0x0d: (.enter, ())
  case 0x08, 0x7f: (.backspace, ())
  case 0x00: (nil, ())
  case 0x01...0x1a: (.control(Character(Unicode.Scalar(byte + 0x60))), ())
  case 0x1c...0x1f: (.control(Character(Unicode.Scalar(byte + 0x40))), ())
  default: nil
  }
}
