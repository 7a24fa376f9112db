internal import CLinux
internal import CNcurses
internal import Glibc
internal import LinuxSystem
internal import TareModel
public import TareScreen

/// The terminal as a place to show a canvas. There is one in a process, and one thread calls it: curses is not made for
/// more.
public final class Terminal {
  public let kind: TerminalKind
  /// Whether the locale's characters are UTF-8.
  public let isUnicode: Bool
  /// One line for the person where TERM had to be taken for something else.
  public let complaint: String?
  var rows = RowWriter()
  private var isOpen = false
  private var hasMouse = false
  private let leaving: [UInt8]

  /// Opens the screen on standard input and output.
  /// - Parameters:
  ///   - name: as in TERM.
  ///   - colors: as many as the person says that it has; nil asks terminfo.
  ///   - wantsUnicode: whether to look for UTF-8 where the environment asks for none.
  public init(_ name: String?, colors: Int?, wantsUnicode: Bool) throws(TerminalError) {
    guard let name, !TerminalKind.isDumb(name) else { throw .dumb(name) }
    isUnicode = useLocale(isForced: wantsUnicode)
    let richer = colors ?? 0 >= 256 ? ["\(name)-256color"] : []
    guard
      let known = (richer + [name] + TerminalKind.substitutes(for: name)).first(where: {
        unsafe tare_knows_terminal($0) != 0
      }
      )
    else { throw .noDescriptions }
    complaint = known.hasPrefix(name) ? nil : "TERM=\(name) is not described on this machine: taken for \(known)"
    var before = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &before) == 0, unsafe tare_open_screen(known) != 0 else { throw .cannotOpen }
    kind = TerminalKind(name: known, colors: Int(tare_start_colors()))
    leaving = leavingBytes(kind)
    // ncurses has changed the terminal already: the guard must know what it was.
    unsafe leaving.withUnsafeBytes { unsafe tare_guard_terminal(STDIN_FILENO, &before, $0.baseAddress, $0.count) }
    tare_guard_holds(1)
    isOpen = true
    updateSize()
    tare_refresh()
    sendModes()
  }

  deinit { close() }

  /// In cells. Of a terminal that does not know, what the environment says, or 80×24.
  public private(set) var size = Size(80, 24)

  /// Asks the terminal for its size anew.
  public func updateSize() {
    var (width, height): (Int32, Int32) = (0, 0)
    _ = unsafe tare_terminal_size(STDOUT_FILENO, &width, &height)
    size = Size(
      width > 0 ? Int(width) : variable("COLUMNS") ?? 80, height > 0 ? Int(height) : variable("LINES") ?? 24)
    tare_resize(Int32(size.height), Int32(size.width))
    rows.forget()
  }

  /// Draws what differs from what was shown before.
  public func show(_ canvas: Canvas) {
    rows.put(canvas)
    flush()
  }

  /// The next canvas is drawn as a whole, whatever the terminal shows.
  public func redraw() {
    tare_clear_before_next()
    rows.forget()
  }

  public var palette = Palette(ground: .unknown, depth: .none) {
    didSet {
      guard palette != oldValue else { return }
      rows.pairs = ColorPairs(palette)
      for (index, pair) in rows.pairs.pairs.enumerated() {
        _ = tare_set_pair(Int32(index + 1), Int32(pair.foreground), Int32(pair.background))
      }
      redraw()
    }
  }

  public func setMouse(_ isOn: Bool) {
    hasMouse = isOn
    if kind.mayAnswer { send(isOn ? mouseOn : mouseOff) }
  }

  /// To the clipboard, where the terminal allows that: harmless, because a line that is pasted into a shell is a command.
  public func copy(_ text: String) { send("\u{1b}]52;c;\(base64(Array(text.harmless.utf8)))\u{7}") }

  /// Gives the terminal back, stops as Ctrl-Z does, and takes the terminal again when the process goes on.
  /// - Parameter wholeGroup: whether to stop what was started together with this process, too.
  public func suspend(wholeGroup: Bool) {
    leave()
    tare_stop(wholeGroup ? 1 : 0)
    enter()
  }

  /// Takes the terminal again after the process was stopped without being asked, and others used it.
  public func enter() {
    guard isOpen else { return }
    tare_guard_holds(1)
    tare_reopen_screen()
    updateSize()
    tare_refresh()
    sendModes()
  }

  /// Gives the terminal back. Once more does nothing.
  public func close() {
    guard isOpen else { return }
    leave()
    isOpen = false
    tare_guard_end()
  }

  private func leave() {
    tare_close_screen()
    // What ncurses does not know of; and what it does, once more, costs nothing.
    send(leaving)
    tare_guard_holds(0)
  }

  /// What ncurses does not switch on.
  private func sendModes() {
    if kind.mayAnswer { send(pasteOn + (hasMouse ? mouseOn : "")) }
  }

  /// A terminal that does not read holds the process up here: then a signal must still end it.
  private func flush() {
    tare_guard_unblocks(1)
    tare_refresh()
    tare_guard_unblocks(0)
  }

  /// Does something that may hang, such as writing a file: a signal ends the process meanwhile.
  func mayHang<Result>(_ body: () -> Result) -> Result {
    tare_guard_unblocks(1)
    defer { tare_guard_unblocks(0) }
    return body()
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  private func send(_ bytes: [UInt8]) {
    tare_guard_unblocks(1)
    defer { tare_guard_unblocks(0) }
    try? writeAll(bytes[...], to: STDOUT_FILENO)
  }

  private func variable(_ name: String) -> Int? {
    guard let value = unsafe getenv(name), let number = Int(unsafe String(cString: value)) else { return nil }
    return (1...1000).contains(number) ? number : nil
  }
}

private let mouseOn = "\u{1b}[?1000h\u{1b}[?1006h"
/// So that what is pasted is told from what is typed.
private let pasteOn = "\u{1b}[?2004h"
private let pasteOff = "\u{1b}[?2004l"
private let mouseOff = "\u{1b}[?1006l\u{1b}[?1000l"

/// What gives the terminal back, whatever the screen has done to it.
private func leavingBytes(_ kind: TerminalKind) -> [UInt8] {
  var text = kind.mayAnswer ? mouseOff + pasteOff : ""
  text += capability("sgr0") + capability("rmkx")
  // A terminal without a second screen keeps the last picture otherwise: the Linux console is one.
  text += unsafe tare_capability("smcup") == nil ? capability("clear") : capability("rmcup")
  return Array((text + capability("cnorm")).utf8)
}

/// What a capability of terminfo sends, without its delays.
private func capability(_ name: String) -> String {
  guard let value = unsafe tare_capability(name) else { return "" }
  var text = ""
  var rest = Substring(unsafe String(cString: value))
  while let delay = rest.firstRange(of: "$<") {
    text += rest[..<delay.lowerBound]
    rest = rest[delay.upperBound...].drop { $0 != ">" }.dropFirst()
  }
  return text + rest
}
