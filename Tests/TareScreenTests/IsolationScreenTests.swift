import TareModel
import TareScreen
import TestSupport
import Testing

extension GoldenScreenTests {
  /// A container that shares more than it should, with names from strangers.
  private static var open: Isolation {
    var isolation = makeIsolation()
    isolation.namespaces[.network] = .others(["cache", "웹서버", "\u{1b}[31mred"])
    isolation.namespaces[.pid] = .host
    let mask = (Capabilities.defaults(of: .docker) ?? 0) | Capabilities.mask(of: ["SYS_ADMIN"])
    isolation.confinement.capabilities = .known(Capabilities(bounding: mask, effective: mask, known: 41))
    isolation.hostFolders = .known([
      HostFolder(path: "/run/docker.sock", point: "/var/run/docker.sock", isReadOnly: false),
      HostFolder(path: "/var/lib/docker/volumes/db/_data", point: "/db", isReadOnly: false),
    ])
    return isolation
  }

  @Test(arguments: sizes)
  func isolation(size: Size) throws {
    try check("isolation", Labhost.busy().isolation(size, of: "api", makeIsolation()))
    try check("isolation-open", Labhost.busy().isolation(size, of: "web", Self.open))
    try check("isolation-ascii", Labhost.busy().isolation(size, of: "web", Self.open), isASCII: true)
    try check("isolation-vm", Labhost.busy().isolation(size, of: "db", makeMachineIsolation()))
  }

  @Test func `isolation before it was read, and where it may not be`() throws {
    try check("isolation-before", Labhost.busy().isolation(Size(80, 24), of: "api", nil))
    try check(
      "isolation-denied", Labhost.busy().isolation(Size(80, 24), of: "api", Isolation(unknown: .noPermission)))
  }

  @Test func `isolation among the details`() throws {
    for size in [Size(120, 40), Size(200, 60)] {
      try check(
        "isolation-details", Labhost.busy().isolation(size, of: "api", makeIsolation(), keys: [.enter]))
    }
  }

  @Test func `a long page can be scrolled to its last line and no further`() {
    var state = Labhost.busy().isolation(Size(80, 24), of: "api", makeIsolation())
    for _ in 0..<9 { _ = reduce(&state, .key(.pageDown)) }
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    #expect(canvas.plainText.contains("No host PIDs."))
    let last = state.pageScroll
    _ = reduce(&state, .key(.down))
    #expect(last > 0 && state.pageScroll == last)
  }
}
