import Foundation
import Glibc
import KernelStats
import TareModel
import TareSampling
import TareScreen
import TestSupport
import Testing

/// `tare live` over a captured host in a pane, beside the same screen drawn in this process.
final class LiveScreen {
  static let host = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "Fixtures/hosts/hybrid"
  ).path

  let pane: Tmux
  var state: ScreenState
  let isASCII: Bool
  private let words: String

  init(
    _ size: Size = Size(80, 24), term: String = "xterm-256color", isASCII: Bool = false, flags: String = "",
    variables: String = ""
  ) throws {
    pane = try Tmux(size.width, size.height)
    state = try Self.state(size)
    self.isASCII = isASCII
    let program = "\(Tool.tare()) live --root \(Self.host) \(flags)"
    words = "env TERM=\(term) \(variables) sh -c 'echo $$ > pid; exec \(program)'"
  }

  /// Starts it and waits for its first whole screen.
  func open() throws {
    try pane.type("cd \(pane.folder.path)")
    try pane.type("clear; stty -g > before; \(words); echo $? > code; stty -g > after")
    try waitForScreen()
  }

  var pid: Int32 { get throws { try #require(pane.file("pid").flatMap { Int32($0) }) } }

  /// The keys go to the pane by tmux's names, and to the state here.
  func press(_ keys: (String, Key)...) throws {
    for (name, key) in keys {
      try pane.press(name)
      _ = reduce(&state, .key(key))
      try waitForScreen()
    }
  }

  /// What should be there.
  var expected: String {
    var canvas = Canvas(state.size, isASCII: isASCII)
    draw(state, on: &canvas)
    let rows = (0..<canvas.size.height).map { y in canvas.row(y).map { canvas.text(of: $0) }.joined() }
    return Tmux.trimmed(rows.joined(separator: "\n") + "\n")
  }

  func waitForScreen() throws {
    let expected = expected
    var shown = ""
    let isRight = try until(within: Tmux.timeout) {
      shown = try pane.text()
      return shown == expected ? true : nil
    }
    #expect(isRight == true, "shown:\n\(shown)\nexpected:\n\(expected)")
  }

  /// Waits for the end, and looks whether the terminal is as it was.
  /// - Returns: the exit code, as the shell has it.
  func end() throws -> Int {
    try pane.wait("its end") { pane.file("after") != nil }
    #expect(pane.file("after") == pane.file("before"))
    try checkTerminal()
    return try #require(pane.file("code").flatMap { Int($0) })
  }

  func checkTerminal() throws {
    #expect(try !pane.flag("alternate_on"))
    #expect(try pane.flag("cursor_flag"))
    #expect(try !pane.flag("mouse_any_flag"))
    #expect(try !pane.flag("keypad_flag"))
  }

  /// The state after both instants of the captured host.
  private static func state(_ size: Size) throws -> ScreenState {
    var state = ScreenState(size: size)
    state.places = allSources().map(\.name)
    let root = try KernelRoot(replaying: host)
    let pairs = root.manifest?.engineNames.map { ($0.id, EngineName(name: $0.name, image: $0.image)) } ?? []
    let sampler = try Sampler(
      root, environment: [:], names: FixedEngineNames(Dictionary(pairs) { first, _ in first }),
      budget: DescriptorBudget(0))
    let source = LocalSource(root, sampler)
    state.source = source.traits
    for frame in try allFrames(of: source) { _ = reduce(&state, .frame(frame)) }
    return state
  }
}
