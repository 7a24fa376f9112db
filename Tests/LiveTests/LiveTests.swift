import Foundation
import Glibc
import TareScreen
import TestSupport
import Testing

/// The live screen in a real terminal. One after the other: each is a terminal, a shell and a program.
@Suite(.serialized, .enabled(if: Tmux.isHere, "needs tmux"))
struct LiveTests {
  @Test(arguments: [Size(80, 24), Size(120, 40), Size(200, 60), Size(40, 10)])
  func `the terminal shows the canvas, cell by cell`(size: Size) throws {
    let screen = try LiveScreen(size)
    try screen.open()
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }

  @Test(arguments: [("screen", false), ("linux", true), ("vt100", false), ("xterm-unheard-of", false)])
  func `other terminals show the same`(term: String, isASCII: Bool) throws {
    let screen = try LiveScreen(term: term, isASCII: isASCII)
    try screen.open()
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }

  @Test(arguments: [("LC_ALL=C", ""), ("LC_ALL=en_US.ISO-8859-1", ""), ("LC_ALL=C.UTF-8", "--ascii")])
  func `without UTF-8 it is drawn with ASCII`(variables: String, flags: String) throws {
    let screen = try LiveScreen(isASCII: true, flags: flags, variables: variables)
    try screen.open()
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }

  @Test func `a locale that is not installed is no reason for less`() throws {
    let screen = try LiveScreen(variables: "LC_ALL=xx_YY.UTF-8")
    try screen.open()
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }

  @Test func `keys do what they say`() throws {
    let screen = try LiveScreen()
    try screen.open()
    try screen.press(
      ("j", .character("j")), ("Down", .down), ("Up", .up), ("End", .end), ("Home", .home), ("Enter", .enter),
      ("Escape", .escape), ("F1", .function(1)), ("Escape", .escape), ("BTab", .backTab), ("Tab", .tab),
      ("ㅓ", .character("j")), ("C-l", .control("l")))
    try screen.pane.press("F10")
    #expect(try screen.end() == 0)
  }

  @Test func `what a terminal answers late is not typed, and its ground is taken over`() throws {
    let screen = try LiveScreen()
    try screen.open()
    let before = try screen.pane.colored()
    try screen.pane.send("\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\\u{1b}[?1;2c")
    try screen.pane.wait("colours for a light ground") { try screen.pane.colored() != before }
    try screen.waitForScreen()
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }

  @Test func `what is saved is what was shown`() throws {
    let screen = try LiveScreen()
    try screen.open()
    let shown = screen.expected
    try screen.pane.press("s")
    try screen.pane.wait("a saved screen") { try screen.pane.text().contains("saved tare-") }
    let names = try FileManager.default.contentsOfDirectory(atPath: screen.pane.folder.path)
    let saved = try #require(names.first { $0.hasSuffix(".txt") }?.dropLast(4))
    #expect(screen.pane.file("\(saved).txt").map { Tmux.trimmed($0) + "\n" } == shown)
    #expect(screen.pane.file("\(saved).svg")?.hasPrefix("<svg ") == true)
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }

  @Test(arguments: [("--color never", ""), ("--theme mono", ""), ("", "NO_COLOR=1")])
  func `no colour is no colour`(flags: String, variables: String) throws {
    let screen = try LiveScreen(flags: flags, variables: variables)
    try screen.open()
    #expect(try !screen.pane.colored().contains(/\u{1b}\[(?:[0-9;]*;)?[34][0-8]/))
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }

  @Test func `two hundred sizes down to one cell end with a right screen`() throws {
    let screen = try LiveScreen()
    try screen.open()
    let tty = try screen.pane.tmux("display-message", "-p", "#{pane_tty}").dropLast()
    let sizes = "for i in $(seq 199); do stty -F \(tty) cols $((i * 37 % 120 + 1)) rows $((i * 23 % 40 + 1)); done"
    let storm = try Child(
      ["sh", "-c", "\(sizes); stty -F \(tty) cols 1 rows 1; stty -F \(tty) cols 80 rows 24"],
      [
        "PATH": "/usr/bin:/bin"
      ])
    #expect(try storm.end(within: Tmux.timeout) == 0)
    try screen.waitForScreen()
    try screen.pane.tmux("resize-window", "-x", "100", "-y", "30")
    _ = reduce(&screen.state, .resize(Size(100, 30)))
    try screen.waitForScreen()
    try screen.pane.press("q")
    #expect(try screen.end() == 0)
  }
}
