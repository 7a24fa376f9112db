import Foundation
import TareModel
import TareScreen
import TestSupport
import Testing

@Suite struct ReduceTests {
  private func press(_ state: inout ScreenState, _ keys: Key...) -> [Effect] {
    keys.flatMap { reduce(&state, .key($0)) }
  }

  private func text(_ state: ScreenState) -> String {
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    return GoldenScreenTests.text(canvas)
  }

  @Test func `the first screen is there before any sample`() {
    let state = ScreenState(size: Size(80, 24))
    #expect(text(state).contains("tare"))
  }

  @Test(arguments: [Key.character("q"), .function(10), .control("c"), .character("ㅂ")])
  func `quitting works with every key for it, in a Korean input mode too`(key: Key) {
    var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
    #expect(press(&state, key) == [.quit])
    _ = press(&state, .character("?"))
    #expect(press(&state, key) == [.quit], "also while the help is open")
  }

  @Test func `a frozen screen stays while samples come, and catches up afterwards`() {
    let host = Labhost.busy()
    var state = host.screen(Size(120, 40), seconds: 10)
    _ = press(&state, .character("f"))
    let frozen = text(state)
    #expect(frozen.contains("FROZEN"))
    for second in 11...13 {
      let frame = Frame(previous: host.sample(at: second - 1), current: host.sample(at: second))
      #expect(reduce(&state, .frame(frame)).isEmpty)
      #expect(text(state) == frozen)
    }
    _ = press(&state, .character("f"))
    #expect(text(state) == text(host.screen(Size(120, 40), seconds: 13)))
  }

  @Test func `the interval goes from a tenth of a second to a minute and no further`() {
    var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
    var effects = press(&state, .character("+"), .character("+"))
    #expect(effects == [.interval(2_000_000_000), .interval(5_000_000_000)])
    effects = (0..<20).flatMap { _ in press(&state, .character("-")) }
    #expect(effects.last == .interval(100_000_000))
    #expect(state.settings.interval == 100_000_000)
    effects = (0..<20).flatMap { _ in press(&state, .character("+")) }
    #expect(effects.last == .interval(60_000_000_000))
  }

  @Test func `details ask for an inspection and give it up`() {
    var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
    #expect(press(&state, .enter) == [.inspect("qemu:db")])
    #expect(text(state).contains("V db   qemu, KVM"))
    #expect(press(&state, .character(".")) == [.inspect("qemu:legacy")])
    #expect(press(&state, .character(",")) == [.inspect("qemu:db")])
    #expect(press(&state, .escape) == [.inspect(nil)])
    #expect(text(state).contains("rest of host"))
  }

  @Test func `a workload that ends while somebody looks into it says so`() {
    var host = Labhost.busy()
    var state = host.screen(Size(80, 24), seconds: 2, keys: [.enter])
    let before = host.sample(at: 2)
    host.boxes.removeAll { $0.workload.name == "db" }
    _ = reduce(&state, .frame(Frame(previous: before, current: host.sample(at: 3))))
    #expect(text(state).contains("qemu:db has ended"))
    #expect(press(&state, .escape) == [.inspect(nil)])
  }

  @Test func `two marked workloads stand head to head`() {
    var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
    _ = press(&state, .character("v"))
    #expect(text(state).contains("mark two with Space"))
    _ = press(&state, .character(" "), .down, .character(" "), .character("v"))
    #expect(state.page == .compare("qemu:db", "qemu:legacy"))
  }

  @Test func `keys that would stop something only say that tare watches`() {
    for key in [Key.function(9), .character("d"), .character("x")] {
      var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
      #expect(press(&state, key).isEmpty)
      #expect(text(state).contains("tare only watches"))
      _ = press(&state, .down)
      #expect(!text(state).contains("tare only watches"))
    }
  }

  @Test func `a composed syllable is answered in the footer`() {
    var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
    #expect(press(&state, .character("바")).isEmpty)
    #expect(text(state).contains("한/영"))
  }

  @Test func `every key of the table has help, and none stands twice`() {
    let keys = KeyTable.bindings.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
    for binding in KeyTable.bindings {
      #expect(!binding.help.isEmpty && !binding.label.isEmpty && !binding.keys.isEmpty)
      #expect(binding.help.count <= 24, "\(binding.help) is too long for two columns of help")
    }
  }

  @Test func `the documentation has every key, in the table's words`() throws {
    let article = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../docs/screen.md")
    let rows = try String(contentsOf: article, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
    let expected = KeyTable.bindings.map { binding in
      "| \(binding.label.split(separator: " ").map { "`\($0)`" }.joined(separator: " ")) | \(binding.help) |"
    }
    #expect(rows.map(String.init) == expected)
  }

  @Test func `the help shows every key at every size, scrolled where it must be`() {
    for size in GoldenScreenTests.sizes {
      var state = Labhost.busy().screen(size, seconds: 1, keys: [.character("?")])
      var seen = text(state)
      for _ in 0..<90 {
        _ = press(&state, .down)
        seen += text(state)
      }
      for binding in KeyTable.bindings { #expect(seen.contains(binding.help), "\(binding.help) at \(size)") }
    }
  }

  @Test func `the mouse selects, scrolls and opens`() {
    var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
    let row = text(state).split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("C web") }
    let y = row ?? 0
    _ = reduce(&state, .mouse(Mouse(.press, x: 6, y: y)))
    #expect(state.list.selection == "docker:web")
    #expect(reduce(&state, .mouse(Mouse(.doublePress, x: 6, y: y))) == [.inspect("docker:web")])
    _ = reduce(&state, .mouse(Mouse(.wheelDown, x: 6, y: 6)))
    #expect(state.pageScroll == 3)
    _ = reduce(&state, .mouse(Mouse(.wheelUp, x: 6, y: 6)))
    #expect(state.pageScroll == 0)
  }

  @Test func `a sample that came late counts the deadlines that were missed`() {
    let host = Labhost.busy()
    var state = host.screen(Size(80, 24), seconds: 2)
    #expect(state.missedDeadlines == 0)
    _ = reduce(&state, .frame(Frame(previous: host.sample(at: 2), current: host.sample(at: 6))))
    #expect(state.missedDeadlines == 3)
  }

  @Test func `settings change what is shown at once`() {
    var state = Labhost.busy().screen(Size(80, 24), seconds: 2)
    _ = press(&state, .function(2), .down, .down)
    #expect(text(state).contains("SETTINGS"))
    _ = press(&state, .right)
    #expect(state.settings.units == .si)
    #expect(text(state).contains("GB"))
    _ = press(&state, .escape)
    #expect(!text(state).contains("SETTINGS"))
  }

  @Test func `u asks for users and gives them up, says so, and makes room for their lane`() {
    var state = Labhost.busy().screen(Size(120, 40), seconds: 2)
    let before = text(state)
    #expect(press(&state, .character("u")) == [.users(true)])
    #expect(state.settings.users && state.message == "users shown")
    #expect(text(state).contains("P 0"))
    // With the Korean input mode on.
    #expect(press(&state, .character("ㅕ")) == [.users(false)])
    #expect(!state.settings.users && state.message == "users hidden")
    // Any key takes the message away.
    _ = press(&state, .control("l"))
    #expect(text(state) == before)
  }

  @Test func `rows of users carry P, are found by their kind, and a tree counts them`() {
    var settings = Settings()
    settings.users = true
    var state = Labhost.shared().screen(Size(120, 40), settings: settings, seconds: 3)
    #expect(text(state).contains("P student"))
    for key in [.function(4)] + "kind=user".map({ Key.character($0) }) + [.enter] { _ = press(&state, key) }
    #expect(state.list.lines.count == 2)
    _ = press(&state, .character("2"), .character("t"))
    #expect(text(state).contains("host  P 2"))
    #expect(state.summary?.users.count == 2 && state.summary?.containers.count == 5)
  }

  @Test func `no size and no key makes it fall`() {
    let host = Labhost.shared()
    let samples = (0...3).map { host.sample(at: $0) }
    var random = SplitMix(seed: 20_261_123)
    let keys: [Key] =
      KeyTable.bindings.flatMap(\.keys).filter { ![Key.character("q"), .function(10)].contains($0) }
      + [.character("가"), .left, .right, .delete, .insert, .character("\u{301}"), .character("👨‍👩‍👧‍👦")]
    var state = ScreenState(size: Size(80, 24))
    var canvas = Canvas(Size(0, 0))
    for step in 0..<3000 {
      switch random.next() % 8 {
      case 0: _ = reduce(&state, .resize(Size(Int(random.next() % 210), Int(random.next() % 64))))
      case 1:
        let at = 1 + Int(random.next() % 3)
        _ = reduce(&state, .frame(Frame(previous: samples[at - 1], current: samples[at])))
      case 2:
        let actions: [Mouse.Action] = [.press, .doublePress, .wheelUp, .wheelDown]
        let mouse = Mouse(
          actions[Int(random.next() % 4)], x: Int(random.next() % 220) - 5, y: Int(random.next() % 70) - 3)
        _ = reduce(&state, .mouse(mouse))
      default: _ = reduce(&state, .key(keys[Int(random.next() % UInt64(keys.count))]))
      }
      if step % 3 == 0 {
        draw(state, on: &canvas)
        #expect(canvas.size == state.size)
      }
    }
  }
}
