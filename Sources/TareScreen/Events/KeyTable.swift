/// Which keys do what: the help, the footers and the reducer all go by it.
public struct Binding: Sendable {
  public enum Section: String, Sendable, CaseIterable {
    case views = "Views"
    case move = "Move"
    case rows = "Rows"
    case boot = "Boot"
    case time = "Time"
    case screen = "Screen"
  }

  public let action: Action
  public let keys: [Key]
  /// As the help names the keys.
  public let label: String
  public let help: String
  public let section: Section

  init(_ section: Section, _ label: String, _ help: String, _ action: Action, _ keys: [Key]) {
    self.section = section
    self.label = label
    self.help = help
    self.action = action
    self.keys = keys
  }
}

public enum KeyTable {
  public static let bindings: [Binding] = [
    Binding(.views, "1", "overview", .view(.overview), [.character("1")]),
    Binding(.views, "2", "table", .view(.table), [.character("2")]),
    Binding(.views, "3", "boot", .view(.boot), [.character("3")]),
    Binding(.views, "4", "stack", .view(.stack), [.character("4")]),
    Binding(.views, "Tab", "next view", .nextView, [.tab]),
    Binding(.views, "S-Tab", "view before", .previousView, [.backTab]),
    Binding(.views, "Enter", "details", .enter, [.enter]),
    Binding(.views, "i", "isolation", .isolation, [.character("i")]),
    Binding(.views, "e", "explain a figure", .explain, [.character("e")]),
    Binding(.views, "E", "what happened", .events, [.character("E")]),
    Binding(.views, "Esc", "back", .leave, [.escape, .backspace]),
    Binding(.move, "j ↓", "down", .down, [.character("j"), .down]),
    Binding(.move, "k ↑", "up", .up, [.character("k"), .up]),
    Binding(.move, "PgDn", "page down", .pageDown, [.pageDown]),
    Binding(.move, "PgUp", "page up", .pageUp, [.pageUp]),
    Binding(.move, "g Home", "first", .first, [.character("g"), .home]),
    Binding(.move, "G End", "last", .last, [.character("G"), .end]),
    Binding(.move, "←", "columns, close group", .left, [.left]),
    Binding(.move, "→", "columns, open group", .right, [.right]),
    Binding(.move, ".", "next one (details)", .nextWorkload, [.character(".")]),
    Binding(.move, ",", "one before (details)", .previousWorkload, [.character(",")]),
    Binding(.rows, "Space", "mark", .mark, [.character(" ")]),
    Binding(.rows, "U", "unmark all", .unmarkAll, [.character("U")]),
    Binding(.rows, "v", "head to head of two", .compare, [.character("v")]),
    Binding(.rows, "F4 \\", "filter", .filter, [.function(4), .character("\\")]),
    Binding(.rows, "/ F3", "find", .find, [.character("/"), .function(3)]),
    Binding(.rows, "n", "find next", .findNext, [.character("n")]),
    Binding(.rows, "N", "find before", .findPrevious, [.character("N")]),
    Binding(.rows, "M", "sort by memory", .sort("memory"), [.character("M")]),
    Binding(.rows, "P", "sort by CPU", .sort("cpu"), [.character("P")]),
    Binding(.rows, "T", "sort by time", .sort("up"), [.character("T")]),
    Binding(.rows, "B", "sort by boot latency", .sort("boot"), [.character("B")]),
    Binding(.rows, "W", "sort by tare", .sort("tare"), [.character("W")]),
    Binding(.rows, "<", "sort by column left", .sortLeft, [.character("<")]),
    Binding(.rows, ">", "sort by column right", .sortRight, [.character(">")]),
    Binding(.rows, "F6", "choose what to sort by", .chooseSort, [.function(6)]),
    Binding(.rows, "I", "invert the order", .invert, [.character("I")]),
    Binding(.rows, "t F5", "tree", .tree, [.character("t"), .function(5)]),
    Binding(.rows, "c", "columns", .columns, [.character("c")]),
    Binding(.rows, "u", "Unix users", .users, [.character("u")]),
    Binding(.boot, "z", "zoom in on short starts", .lensNarrower, [.character("z")]),
    Binding(.boot, "Z", "zoom out", .lensWider, [.character("Z")]),
    Binding(.boot, "a", "align on R, S or X", .align, [.character("a")]),
    Binding(.boot, "o", "order by start, boot, …", .order, [.character("o")]),
    Binding(.boot, "D", "distribution and back", .distribution, [.character("D")]),
    Binding(.time, "f", "freeze and go on", .freeze, [.character("f")]),
    Binding(.time, "+", "longer interval", .slower, [.character("+"), .character("=")]),
    Binding(.time, "-", "shorter interval", .faster, [.character("-")]),
    Binding(.screen, "s", "save as text and SVG", .save, [.character("s")]),
    Binding(.screen, "y", "copy the id", .copy, [.character("y")]),
    Binding(.screen, "Ctrl-L", "redraw", .redraw, [.control("l")]),
    Binding(.screen, "F2", "settings", .settings, [.function(2)]),
    Binding(.screen, "X", "mouse off, on", .toggleMouse, [.character("X")]),
    Binding(
      .screen, "F9 d x", "tare only watches", .watchOnly, [.function(9), .character("d"), .character("x")]),
    Binding(.screen, "? h F1", "help", .help, [.character("?"), .character("h"), .function(1)]),
    Binding(.screen, "q F10 Ctrl-C", "quit", .quit, [.character("q"), .function(10), .control("c")]),
    Binding(.screen, "Ctrl-Z", "suspend", .suspend, [.control("z")]),
  ]

  public static func action(of key: Key) -> Action? { actions[key] }

  private static let actions: [Key: Action] = Dictionary(
    bindings.flatMap { binding in binding.keys.map { ($0, binding.action) } }, uniquingKeysWith: { first, _ in first })
}
