import TareModel
import TareScreen
import TestSupport
import Testing

@Suite struct ListTests {
  private let host = Labhost.busy()

  private func screen(_ keys: Key..., size: Size = Size(80, 24)) -> ScreenState {
    host.screen(size, seconds: 3, keys: keys)
  }

  private func press(_ state: inout ScreenState, _ keys: Key...) { for key in keys { _ = reduce(&state, .key(key)) } }
  private func type(_ state: inout ScreenState, _ text: String) {
    for character in text { _ = reduce(&state, .key(.character(character))) }
  }

  /// Names in the list, groups as `[title]`.
  private func names(_ state: ScreenState) -> [String] {
    state.list.lines.map { line in
      switch line {
      case .workload(let row, _): host.boxes[row].workload.name
      case .group(let place): "[\(state.list.groups[place].title)]"
      }
    }
  }

  @Test func `the heaviest come first, and every sort has its way back`() {
    var state = screen()
    #expect(names(state) == ["db", "legacy", "api", "cache", "web", "job", "hog"])
    press(&state, .character("I"))
    #expect(names(state).first == "hog")
    press(&state, .character("P"))
    #expect(names(state).first == "db" && !state.list.isInverted)
    press(&state, .character("P"))
    #expect(names(state).last == "db")
    press(&state, .character("B"))
    #expect(names(state).first == "db", "the longest boot that is known")
    #expect(names(state).last == "legacy", "what is unknown comes last")
  }

  @Test func `the selection stays on its workload while rows move`() {
    var state = screen(.down, .down)
    #expect(state.list.selection == "docker:api")
    press(&state, .character("P"))
    #expect(state.list.selection == "docker:api")
    press(&state, .home)
    #expect(state.list.selection == "qemu:db")
    press(&state, .end)
    #expect(state.list.selection == "podman:cache")
    press(&state, .character("g"), .pageDown, .up)
    #expect(state.list.selection != "qemu:db")
  }

  @Test func `one that ends leaves the selection to its neighbour`() {
    var state = screen(.down)
    #expect(state.list.selection == "qemu:legacy")
    var less = host
    less.boxes.removeAll { $0.workload.name == "legacy" }
    _ = reduce(&state, .frame(Frame(previous: host.sample(at: 3), current: less.sample(at: 4))))
    #expect(state.list.selection == "docker:api")
  }

  @Test func `a filter works while it is typed, and what is unfinished changes nothing`() {
    var state = screen(.function(4))
    type(&state, "kind=c")
    #expect(names(state) == ["api", "cache", "web", "job", "hog"])
    type(&state, ",cpu>")
    #expect(names(state) == ["api", "cache", "web", "job", "hog"])
    #expect(state.list.prompt != nil)
    type(&state, "11")
    #expect(names(state) == ["api", "hog"])
    press(&state, .enter)
    #expect(state.list.prompt == nil && state.list.filterText == "kind=c,cpu>11")
    press(&state, .function(4), .control("u"))
    #expect(names(state).count == 7)
    press(&state, .escape)
    #expect(state.list.filterText == "kind=c,cpu>11", "Esc goes back to what was before")
    press(&state, .escape)
    #expect(names(state).count == 7, "Esc in the list clears it")
  }

  @Test func `while somebody types, no letter is a key`() {
    var state = screen(.character("/"))
    #expect(reduce(&state, .key(.character("q"))).isEmpty)
    #expect(reduce(&state, .key(.character("?"))).isEmpty)
    #expect(reduce(&state, .key(.control("c"))) == [.quit])
  }

  @Test func `find goes to the next, and round the end`() {
    var state = screen(.character("/"))
    type(&state, "e")
    #expect(state.list.selection == "qemu:db" || state.list.selection == "qemu:legacy")
    press(&state, .enter, .character("n"))
    let first = state.list.selection
    for _ in 0..<20 { press(&state, .character("n")) }
    press(&state, .character("N"))
    #expect(state.list.selection != nil && first != nil)
    press(&state, .character("/"))
    type(&state, "HOG")
    #expect(state.list.selection == "docker:hog")
  }

  @Test func `a tree gathers by runtime with sums, and folds`() {
    var state = screen(.character("2"), .character("t"))
    #expect(state.list.tree == .runtime)
    #expect(names(state).prefix(2) == ["[qemu]", "db"])
    let docker = state.list.groups.first { $0.title == "docker" }
    #expect(docker?.containers == 3)
    press(&state, .home, .left)
    #expect(names(state).prefix(2) == ["[qemu]", "[libvirt]"])
    press(&state, .enter)
    #expect(names(state).prefix(2) == ["[qemu]", "db"])
    #expect(state.page == nil)
  }

  @Test func `a tree by parent counts what is inside once`() {
    var nested = host
    nested.boxes[1].workload.parent = nested.boxes[0].workload.id
    var state = ScreenState(size: Size(80, 24))
    _ = reduce(&state, .frame(Frame(previous: nested.sample(at: 1), current: nested.sample(at: 2))))
    for _ in 0..<4 { press(&state, .character("t")) }
    #expect(state.list.tree == .parent)
    let depths = state.list.lines.map { if case .workload(let row, let depth) = $0 { "\(row):\(depth)" } else { "" } }
    #expect(depths.contains("1:1"))
    #expect(depths.firstIndex(of: "1:1") == depths.firstIndex(of: "0:0").map { $0 + 1 })
  }

  @Test func `columns are chosen, moved and left out`() {
    var state = screen(.character("2"), .character("c"))
    press(&state, .character(" "), .down, .character("K"), .escape)
    #expect(!state.list.columns.contains("runtime"))
    #expect(state.settings.columns == state.list.columns)
    press(&state, .function(6), .home, .down, .enter)
    #expect(state.list.chooser == nil)
  }

  @Test func `a click on a heading sorts, and once more inverts`() {
    var state = screen(.character("2"))
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    let heading = GoldenScreenTests.text(canvas).split(separator: "\n", omittingEmptySubsequences: false)[1]
    let x = Array(heading).firstIndex(of: "C") ?? 0
    _ = reduce(&state, .mouse(Mouse(.press, x: x, y: 1)))
    #expect(state.list.sort == "cpu" && !state.list.isInverted)
    _ = reduce(&state, .mouse(Mouse(.press, x: x, y: 1)))
    #expect(state.list.isInverted)
  }

  @Test(arguments: [Size(80, 24), Size(40, 10), Size(200, 60)])
  func `the selection is in sight among five thousand`(size: Size) {
    let rows = (0..<5000).map { index in
      (
        workload: makeWorkload("docker:\(index)", name: "box-\(index)"), serial: UInt64(index),
        readings: [Metric.memoryCurrent: Reading.value(UInt64(index)), .memoryInactiveFile: .value(0)]
      )
    }
    let sample = makeSample(rows)
    var state = ScreenState(size: size)
    _ = reduce(&state, .frame(Frame(previous: nil, current: sample)))
    for key: Key in [.end, .pageUp, .up, .home, .pageDown, .pageDown, .character("2"), .end, .character("1")] {
      press(&state, key)
      var canvas = Canvas(size)
      draw(state, on: &canvas)
      let text = GoldenScreenTests.text(canvas)
      #expect(text.contains("▸"), "after \(key) at \(size)")
    }
  }

  @Test func `wide characters and marks can be typed and taken away`() {
    var state = screen(.function(4))
    type(&state, "웹e\u{301}👨‍👩‍👧‍👦x")
    #expect(state.list.prompt?.text == "웹e\u{301}👨‍👩‍👧‍👦x")
    press(&state, .backspace, .backspace, .left, .backspace)
    #expect(state.list.prompt?.text == "e\u{301}")
  }

  @Test func `the screen has the columns of all other tables`() {
    for name in Column.catalogue.map(\.name) + Settings().columns { #expect(RowKey.named(name) != nil, "\(name)") }
    #expect(Column.catalogue.map(\.name) == RowKey.columns.map(\.name))
  }
}
