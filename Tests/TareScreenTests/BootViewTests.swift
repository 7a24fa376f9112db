import TareModel
import TareScreen
import TestSupport
import Testing

@Suite struct BootViewTests {
  private let host = Labhost.starts()

  private func press(_ state: inout ScreenState, _ keys: Key...) { for key in keys { _ = reduce(&state, .key(key)) } }

  private func lines(_ state: ScreenState) -> [String] {
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    return GoldenScreenTests.text(canvas).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func text(_ state: ScreenState) -> String { lines(state).joined(separator: "\n") }

  private func screen(_ size: Size = Size(120, 40), of host: Labhost? = nil, _ keys: Key...) -> ScreenState {
    (host ?? self.host).screen(size, seconds: 2, keys: [.character("3")] + keys)
  }

  /// The one line of a workload with this on it.
  private func line(_ state: ScreenState, _ name: String, _ place: Int = 0) -> String {
    let all = lines(state).filter { $0.dropFirst(3).hasPrefix(name) }
    return place < all.count ? all[place] : ""
  }

  @Test func `the digit opens it, Tab goes round all views, and the selection stays`() {
    var state = host.screen(Size(120, 40), seconds: 2, keys: [.down, .down, .down])
    let selection = state.list.selection
    press(&state, .character("3"))
    #expect(state.view == .boot && state.list.selection == selection)
    press(&state, .tab)
    #expect(state.view == .stack)
    press(&state, .tab)
    #expect(state.view == .overview)
    for _ in 0..<2 { press(&state, .backTab) }
    #expect(state.view == .boot)
    press(&state, .down)
    #expect(state.list.selection != selection)
  }

  @Test func `keys of this view say elsewhere where they work, and change nothing`() {
    for key in ["z", "Z", "a", "o", "D"] {
      var state = host.screen(Size(120, 40), seconds: 2)
      let before = state.boot
      press(&state, .character(Character(key)))
      #expect(state.boot == before && state.list.sort == "memory")
      #expect(text(state).contains("a key of the boot view: 3"))
    }
  }

  @Test func `aligning goes through request, first process and first instruction`() {
    var state = screen()
    #expect(state.boot.zero == .requested)
    press(&state, .character("a"))
    #expect(state.boot.zero == .spawned && text(state).contains("0 is S"))
    press(&state, .character("a"))
    #expect(state.boot.zero == .executing && text(state).contains("0 is X"))
    #expect(line(state, "late").contains("nothing tells of X, which is 0 here"))
    press(&state, .character("a"))
    #expect(state.boot.zero == .requested)
  }

  @Test func `ordering goes through start, both spans and name, whatever the order was`() {
    var state = screen()
    let orders = (0..<5).map { _ in
      press(&state, .character("o"))
      return state.list.sort
    }
    #expect(orders == ["started", "boot", "ready", "name", "started"])
  }

  @Test func `zooming halves what the lens shows, and has ends`() {
    var state = screen()
    #expect(text(state).contains("first 0.5 s"))
    press(&state, .character("z"))
    #expect(text(state).contains("first 0.25 s"))
    for _ in 0..<20 { press(&state, .character("z")) }
    #expect(state.boot.zoom == 6)
    for _ in 0..<40 { press(&state, .character("Z")) }
    #expect(state.boot.zoom == -6)
    #expect(!text(state).contains("first 0"), "a lens as wide as everything is none")
  }

  @Test func `the distribution opens, says who is left out and why, and Esc closes it`() {
    var state = screen(Size(120, 40), .character("D"))
    #expect(state.boot.isDistribution)
    let says = text(state)
    #expect(says.contains("C READY") && says.contains("V READY"))
    #expect(says.contains("left out 4: 1 restart, not a boot"))
    #expect(says.contains("no median below 3"))
    press(&state, .escape)
    #expect(!state.boot.isDistribution && state.view == .boot)
    press(&state, .character("D"), .character("1"), .character("3"))
    #expect(!state.boot.isDistribution)
  }

  @Test func `a median needs three and a p90 ten, and only what has both ends is in them`() {
    var host = host
    host.boxes = (1...10).map { place in
      Labhost.started(
        "n\(place)", .runc,
        [.requested: .reported(0), .spawned: .measured(0.01), .executing: .measured(Double(place) / 10)])
    }
    #expect(text(screen(of: host)).contains("n 10   median 0.55r s   p90 0.90r   0.10 – 1.00"))
    host.boxes.removeLast()
    #expect(text(screen(of: host)).contains("n 9   median 0.50r s   no p90 below 10"))
    host.boxes = Array(host.boxes.prefix(2))
    #expect(text(screen(of: host)).contains("n 2   no median below 3   0.10r, 0.20r"))
  }

  @Test func `every fill says how the end of its part is known`() {
    let state = screen()
    #expect(line(state, "db").contains("X▓▓▓"), "reported by the guest")
    #expect(line(state, "web", 1).contains("███S▓▓▓"), "measured, then reported")
    #expect(line(state, "legacy").contains("·· U?".filter { $0 != " " }), "user space is unknown")
    #expect(line(state, "legacy").contains("░░A"), "the answer lies in its bracket")
    #expect(line(state, "mute").contains("··U?··"))
    var canvas = Canvas(state.size, isASCII: true)
    draw(state, on: &canvas)
    let ascii = GoldenScreenTests.text(canvas)
    #expect(ascii.contains("# measured  = reported  - inferred  . unknown"))
    #expect(ascii.contains("---A"))
    #expect(ascii.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func `what is doubtful stands where it says that it is, with a mark and a word`() {
    let row = line(screen(), "odd", 1)
    #expect(row.contains("I!") && row.contains("S!") && row.contains("! doubtful: S I"))
    let isolated = row.firstIndex(of: "I")
    let spawned = row.firstIndex(of: "S")
    #expect(isolated.flatMap { one in spawned.map { one < $0 } } == true, "nothing is put in order")
    var state = screen()
    press(&state, .character("/"))
    for character in "odd" { press(&state, .character(character)) }
    press(&state, .enter, .enter)
    #expect(text(state).contains("! doubtful: before spawned, which it should follow"))
  }

  @Test func `the request of an earlier start does not stretch the scale`() {
    let state = screen()
    #expect(text(state).contains(" 6 s"))
    #expect(
      line(state, "again", 1).contains("restart, not a boot") || line(state, "again", 1).contains("restart, no boot"))
    #expect(line(state, "again").hasSuffix("–        –"))
  }

  @Test func `that starts are not seen live is said, with the reason`() {
    var state = screen()
    var sample = host.sample(at: 3)
    sample.startsUnheard = "starts are known afterwards only: the kernel refuses to tell of new processes."
    _ = reduce(&state, .frame(Frame(previous: nil, current: sample)))
    #expect(text(state).contains("! starts are known afterwards only: the kernel refuses"))
  }

  @Test func `while it comes up a bar grows to now, and afterwards it stands still`() {
    let host = Labhost.coming()
    func row(_ second: Int) -> String {
      line(host.screen(Size(120, 40), seconds: second, keys: [.character("3")]), "guest")
    }
    #expect(row(54).contains("·›"))
    #expect(row(60).filter { $0 == "·" }.count > row(55).filter { $0 == "·" }.count)
    #expect(row(117).contains("U?") && !row(117).contains("›"))
    #expect(row(117) == row(118))
  }

  @Test func `the mouse selects in both scales and opens, and headings sort`() {
    for place in [0, 1] {
      var state = screen()
      let rows = lines(state).indices.filter { lines(state)[$0].dropFirst(3).hasPrefix("web ") }
      _ = reduce(&state, .mouse(Mouse(.press, x: 30, y: rows[place])))
      #expect(state.list.selection == "docker:web")
      #expect(reduce(&state, .mouse(Mouse(.doublePress, x: 30, y: rows[place]))) == [.inspect("docker:web")])
    }
    var state = screen()
    let x = lines(state)[2].distance(to: "R→U")
    _ = reduce(&state, .mouse(Mouse(.press, x: x, y: 2)))
    #expect(state.list.sort == "boot")
  }

  @Test func `filter, tree and comparison work as in the table`() {
    var state = screen()
    press(&state, .function(4))
    for character in "kind=vm" { press(&state, .character(character)) }
    press(&state, .enter)
    #expect(state.list.lines.count == 4 && text(state).contains("filter: kind=vm"))
    press(&state, .escape, .character("t"))
    #expect(text(state).contains("▾ docker"))
    press(&state, .character("t"), .character("t"), .character("t"), .character("t"), .home)
    press(&state, .character(" "), .down, .character(" "), .character("v"))
    #expect(text(state).contains("ready s"))
  }

  @Test(arguments: [UInt64.max, 0, 1, 1 << 63])
  func `no instant makes it fall`(at: UInt64) {
    for phase in BootTimeline.Phase.allCases {
      var host = host
      for label in [BootTimeline.Label.measured, .unknown] {
        let mark = BootTimeline.Mark(at: at, lo: 0, hi: .max, clock: .boottime, label: label, source: "\u{1b}[31m")
        host.boxes[0].workload.boot[phase] = mark
        host.boxes[8].workload.boot[phase] = mark
        for size in [Size(60, 16), Size(80, 24), Size(200, 60), Size(40, 10), Size(1000, 16)] {
          for keys in [[], ["a"], ["a", "a", "z"], ["D"]] {
            var state = host.screen(size, seconds: 1, keys: [.character("3")])
            for key in keys { press(&state, .character(Character(key))) }
            #expect(!text(state).unicodeScalars.contains("\u{1b}"))
            press(&state, .enter)
            #expect(!text(state).isEmpty)
          }
        }
      }
    }
  }
}

extension String {
  /// Characters before the first that begins this.
  fileprivate func distance(to text: String) -> Int {
    guard let found = ranges(of: text).first else { return -1 }
    return distance(from: startIndex, to: found.lowerBound)
  }
}
