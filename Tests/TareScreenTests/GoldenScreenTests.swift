import Foundation
import TareModel
import TareScreen
import TestSupport
import Testing

/// Screens as they are drawn, compared cell by cell with how they were: text first, styles below it.
/// `TARE_RECORD=1 swift test --filter GoldenScreenTests` writes them anew and fails, so that it cannot pass by recording.
@Suite struct GoldenScreenTests {
  static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "Golden/screens")
  static let sizes = [Size(80, 24), Size(120, 40), Size(200, 60), Size(40, 10)]

  @Test(arguments: sizes)
  func overview(size: Size) throws { try check("overview", Labhost.busy().screen(size)) }

  @Test(arguments: sizes)
  func details(size: Size) throws {
    try check("details", Labhost.busy().screen(size, keys: [.down, .down, .enter]))
  }

  @Test(arguments: sizes)
  func `head to head`(size: Size) throws {
    try check(
      "compare", Labhost.busy().screen(size, keys: [.character(" "), .down, .down, .character(" "), .character("v")]))
  }

  @Test(arguments: sizes)
  func help(size: Size) throws { try check("help", Labhost.busy().screen(size, keys: [.character("?")])) }

  func check(_ name: String, _ state: ScreenState, isASCII: Bool = false) throws {
    var canvas = Canvas(state.size, isASCII: isASCII)
    draw(state, on: &canvas)
    let text = "\(Self.text(canvas))\n\(canvas.styleText)\n"
    let file = Self.golden.appending(path: "\(name)-\(state.size.width)x\(state.size.height).txt")
    if ProcessInfo.processInfo.environment["TARE_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: Self.golden, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(file.lastPathComponent): look at it, then run again without TARE_RECORD")
      return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "\(file.lastPathComponent) differs: if the change is meant, TARE_RECORD=1")
  }

  static func text(_ canvas: Canvas) -> String {
    (0..<canvas.size.height).map { y in
      canvas.row(y).map { canvas.text(of: $0) }.joined().trimmedEnd
    }.joined(separator: "\n") + "\n"
  }
}

extension GoldenScreenTests {
  @Test func `users as a third lane`() throws {
    var settings = Settings()
    settings.users = true
    for size in Self.sizes { try check("users", Labhost.shared().screen(size, settings: settings)) }
    try check("users-ascii", Labhost.shared().screen(Size(80, 24), settings: settings), isASCII: true)
    var alone = Labhost.shared()
    alone.boxes.removeFirst(7)
    try check("users-alone", alone.screen(Size(120, 40), settings: settings))
    try check(
      "users-details", Labhost.shared().screen(Size(120, 40), settings: settings, keys: [.down, .down, .enter]))
  }

  @Test func `nothing runs`() throws {
    var host = Labhost.busy()
    host.boxes = []
    for size in Self.sizes { try check("empty", host.screen(size)) }
  }

  @Test func `names are closed to this user`() throws {
    var host = Labhost.busy()
    for index in 0..<3 {
      host.boxes[index].workload.image = nil
      host.boxes[index].workload.name = "9f31c2ab04d\(index)"
      host.boxes[index].workload.absences["image"] = .noPermission
    }
    for size in Self.sizes { try check("no-permission", host.screen(size)) }
  }

  @Test func `a source fails, and tare is itself in a container under Windows`() throws {
    var host = Labhost.busy()
    host.host.isInContainer = true
    host.host.kernelRelease = "5.15.153.1-microsoft-standard-WSL2"
    host.problems = [Problem(source: "docker", message: "hangs: what it knew stays as it was")]
    for size in Self.sizes { try check("broken", host.screen(size)) }
  }

  @Test func frozen() throws {
    for size in Self.sizes { try check("frozen", Labhost.busy().screen(size, keys: [.character("f")])) }
  }

  @Test func `names in Hangul, with marks and with emoji`() throws {
    var host = Labhost.busy()
    let names = ["웹서버-한국어", "e\u{301}clair", "👨‍👩‍👧‍👦 family", "\u{1b}[31mred\u{202e}", "全角文字の名前はとても長い名前"]
    for (index, name) in names.enumerated() { host.boxes[index].workload.name = name }
    for size in Self.sizes { try check("names", host.screen(size)) }
  }

  @Test func `with ASCII alone`() throws {
    var host = Labhost.busy()
    host.boxes[2].workload.name = "웹서버"
    for size in Self.sizes { try check("ascii", host.screen(size), isASCII: true) }
  }

  @Test func settings() throws {
    for size in Self.sizes { try check("settings", Labhost.busy().screen(size, keys: [.function(2)])) }
  }
}

extension GoldenScreenTests {
  @Test func table() throws {
    for size in Self.sizes {
      try check("table", Labhost.busy().screen(size, keys: [.character("2"), .character("P")]))
    }
  }

  @Test func `a filter while it is typed, and one that is wrong`() throws {
    let keys: [Key] = [.function(4)] + "kind=c,cpu>3".map { .character($0) }
    for size in Self.sizes { try check("filter", Labhost.busy().screen(size, keys: keys)) }
    try check(
      "filter-wrong",
      Labhost.busy().screen(Size(80, 24), keys: [.function(4)] + "kidn=vm".map { .character($0) }))
  }

  @Test func `a tree by runtime, and the choice of columns`() throws {
    for size in Self.sizes {
      try check("tree", Labhost.busy().screen(size, keys: [.character("2"), .character("t")]))
      try check("columns", Labhost.busy().screen(size, keys: [.character("2"), .character("c"), .down]))
    }
  }
}

extension GoldenScreenTests {
  private func boot(_ size: Size, of host: Labhost = .starts(), keys: Key...) -> ScreenState {
    host.screen(size, keys: [.character("3")] + keys)
  }

  @Test func `the boot view`() throws {
    for size in Self.sizes {
      try check("boot", boot(size))
      try check("boot-ascii", boot(size), isASCII: true)
    }
    try check("boot", boot(Size(100, 20)))
  }

  @Test func `the boot view, with starts that still go on`() throws {
    for size in Self.sizes { try check("boot-coming", boot(size, of: .coming())) }
  }

  @Test func `the boot view, where nothing runs`() throws {
    var host = Labhost.busy()
    host.boxes = []
    for size in Self.sizes { try check("boot-empty", boot(size, of: host)) }
  }

  @Test func `the boot view, aligned on the first instruction and zoomed`() throws {
    let keys = [Key.character("a"), .character("a"), .character("z")]
    for size in Self.sizes { try check("boot-aligned", Labhost.starts().screen(size, keys: [.character("3")] + keys)) }
  }

  @Test func `the distribution of starts`() throws {
    var host = Labhost.starts()
    for place in 0..<12 {
      let at = 0.15 + Double(place * place) / 400
      host.boxes.append(
        Labhost.started(
          "n\(place)", .docker, [.requested: .reported(0), .spawned: .measured(0.1), .executing: .reported(at)]))
    }
    for size in Self.sizes { try check("boot-distribution", boot(size, of: host, keys: .character("D"))) }
  }

  @Test func `details of a start`() throws {
    var state = Labhost.starts().screen(Size(120, 40), keys: [.character("/")] + "odd".map { .character($0) })
    for key in [Key.enter, .enter] { _ = reduce(&state, .key(key)) }
    try check("details-start", state)
  }
}
