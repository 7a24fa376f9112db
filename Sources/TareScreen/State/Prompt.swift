internal import TareModel

/// A line to type into, at the foot of the screen.
public struct Prompt: Sendable, Hashable {
  public enum Purpose: Sendable, Hashable { case filter, find }

  public let purpose: Purpose
  private(set) var characters: [Character]
  /// Characters before the cursor.
  private(set) var cursor: Int
  /// As it was when the prompt opened: what Esc goes back to.
  let before: String
  /// What is wrong with what was typed so far.
  var complaint: String?

  init(_ purpose: Purpose, text: String) {
    self.purpose = purpose
    before = text
    characters = Array(text)
    cursor = characters.count
  }

  public var text: String { String(characters) }
  public var textBeforeCursor: String { String(characters[..<cursor]) }

  /// - Returns: whether the text changed.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let character):
      // A mark joins the character before it.
      let joined = String(characters[..<cursor]) + String(character)
      characters = Array(joined) + characters[cursor...]
      cursor = Array(joined).count
    case .backspace, .control("h"):
      guard cursor > 0 else { return false }
      characters.remove(at: cursor - 1)
      cursor -= 1
    case .delete:
      guard cursor < characters.count else { return false }
      characters.remove(at: cursor)
    case .control("u"):
      characters.removeSubrange(..<cursor)
      cursor = 0
    case .control("w"):
      let kept = characters[..<cursor].reversed().drop { $0 == " " }.drop { $0 != " " && $0 != "," }
      characters.replaceSubrange(..<cursor, with: kept.reversed())
      cursor = kept.count
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    default: return false
    }
    switch key {
    case .left, .right, .home, .end, .control("a"), .control("e"): return false
    default: return true
    }
  }
}

extension ListState {
  /// Whether keys go to the prompt.
  var isTyping: Bool { prompt != nil }

  mutating func type(_ key: Key, in frame: Frame?) -> [Effect] {
    guard var open = prompt else { return [] }
    switch key {
    case .control("c"): return [.quit]
    case .control("l"): return [.redraw]
    case .enter:
      prompt = nil
      if open.purpose == .filter { apply(open.text, in: frame) }
      if open.purpose == .find, open.text.isEmpty, let frame { find(from: place, step: 1, frame) }
      return []
    case .escape:
      prompt = nil
      if open.purpose == .filter { apply(open.before, in: frame) }
      return []
    case .up, .down, .pageUp, .pageDown:
      if let action = KeyTable.action(of: key) { handle(action, in: frame, rows: 10) }
      return []
    default: break
    }
    let changed = open.edit(key)
    if changed {
      switch open.purpose {
      case .filter: open.complaint = Filter.mayGoOn(open.text) ? nil : apply(open.text, in: frame)
      case .find:
        wanted = open.text
        if let frame { find(from: place, step: 0, frame) }
      }
    }
    prompt = open
    return []
  }

  /// A filter that is not finished changes nothing yet.
  /// - Returns: what is wrong with it.
  @discardableResult
  mutating func apply(_ text: String, in frame: Frame?) -> String? {
    do throws(FilterError) {
      let new = try Filter(text)
      filter = new.isEmpty ? nil : new
      if let frame { rank(frame) }
      return nil
    } catch {
      return text.contains(",") ? error.description : error.message
    }
  }
}
