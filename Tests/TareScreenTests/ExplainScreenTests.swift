import TareModel
import TareScreen
import TestSupport
import Testing

/// Explanations, drawn, and over samples of which everything is known.
@Suite struct ExplainScreenTests {
  private func check(_ name: String, keys: [Key], isASCII: Bool = false) throws {
    for size in GoldenScreenTests.sizes {
      try GoldenScreenTests().check(
        "explain-\(name)", Labhost.busy().screen(size, keys: keys), isASCII: isASCII)
    }
  }

  @Test func `a container's CPU`() throws {
    try check("cpu", keys: [.down, .down, .character("P"), .character("e")])
  }

  @Test func `a VM's tare, share by share`() throws { try check("tare", keys: [.character("W"), .character("e")]) }

  @Test func `why a figure is missing`() throws {
    try check("missing", keys: [.down, .character("W"), .character("e")])
  }

  @Test func `a start`() throws { try check("boot", keys: [.character("B"), .character("e")]) }

  @Test func `in ASCII`() throws { try check("ascii", keys: [.character("W"), .character("e")], isASCII: true) }

  @Test func `keys choose a figure, scroll its text, and go to the next workload`() {
    var state = Labhost.busy().screen(Size(100, 30), keys: [.character("e")])
    #expect(state.page == .explain("qemu:db") && state.explain.choice == nil)
    _ = reduce(&state, .key(.down))
    let second = state.explain.choice
    #expect(second != nil)
    _ = reduce(&state, .key(.end))
    #expect(state.explain.choice == .boot)
    _ = reduce(&state, .key(.home))
    #expect(state.explain.choice == .figure("cpu.usage_percent"))
    let effects = reduce(&state, .key(.character(".")))
    #expect(state.page == .explain("qemu:legacy") && effects == [.inspect("qemu:legacy")])
    // The choice stays: the same figure of another workload.
    #expect(state.explain.choice == .figure("cpu.usage_percent"))
    _ = reduce(&state, .key(.escape))
    #expect(state.page == nil)
  }

  @Test func `what explanations hold gives the shown values again`() throws {
    let host = Labhost.busy()
    for seconds in [0, 1, 60] {
      let frame = Frame(previous: seconds == 0 ? nil : host.sample(at: seconds - 1), current: host.sample(at: seconds))
      for row in frame.current.workloads.indices {
        for figure in Figure.catalogue {
          let again = Recompute(Explanation(figure, frame, row: row)).figure(figure.name)
          let name = "\(figure.name) of \(frame.current.workloads[row].name)"
          switch (frame.value(figure, row: row).number, again) {
          case (let shown?, .number(let number)):
            #expect(abs(shown - number) <= max(1e-6, abs(shown) * 1e-9), "\(name): \(shown), again \(number)")
          case (nil, .none): break
          case (let shown, let again): Issue.record("\(name): \(String(describing: shown)), again \(again)")
          }
        }
      }
    }
  }
}
