import TareModel
import TareScreen
import TestSupport
import Testing

/// The stack view, drawn.
@Suite struct StackScreenTests {
  private static let sizes = [Size(80, 24), Size(100, 30), Size(120, 40), Size(200, 60), Size(40, 10)]

  private func check(_ name: String, _ host: Labhost, keys: [Key] = [], isASCII: Bool = false) throws {
    for size in Self.sizes {
      try GoldenScreenTests().check(
        "stack-\(name)", host.screen(size, keys: [.character("4")] + keys), isASCII: isASCII)
    }
  }

  @Test func `containers and VMs`() throws { try check("both", .busy()) }

  @Test func `containers only`() throws {
    var host = Labhost.busy()
    host.boxes.removeAll { $0.workload.kind == .vm }
    try check("containers", host)
  }

  @Test func `VMs only, one of them emulated`() throws {
    var host = Labhost.busy()
    host.boxes.removeAll { $0.workload.kind != .vm }
    host.boxes[1].workload.machine?.accelerator = .tcg
    try check("machines", host)
  }

  @Test func `a VM in a container, on a host that is a VM itself`() throws {
    var host = Labhost.busy()
    host.boxes[5].workload.parent = host.boxes[0].workload.id
    host.host.virtualization = "kvm"
    try check("nested", host)
  }

  @Test func `nothing runs`() throws {
    var host = Labhost.busy()
    host.boxes = []
    try check("none", host)
  }

  @Test func `many VMs`() throws {
    var host = Labhost.busy()
    for index in 0..<12 {
      host.boxes.append(
        Labhost.machine("many\(index)", .qemu, 128, 3, given: 256, accelerator: .kvm, boot: 1))
    }
    try check("many", host)
  }

  @Test func `in ASCII, with the kernel chosen`() throws { try check("ascii", .busy(), keys: [.down], isASCII: true) }

  @Test func `why the type is debated`() throws { try check("type", .busy(), keys: [.character("e")]) }

  @Test func `keys choose a box, and Enter goes to what is in it`() {
    var state = Labhost.busy().screen(Size(100, 30), keys: [.character("4"), .right, .right, .enter])
    #expect(state.page == .details("qemu:db"))
    _ = reduce(&state, .key(.escape))
    #expect(state.page == nil && state.view == .stack)
    for key in [Key.left, .enter] { _ = reduce(&state, .key(key)) }
    #expect(state.view == .table && state.list.filterText == "kind=container")
    for key in [Key.escape, .character("4"), .down, .enter] { _ = reduce(&state, .key(key)) }
    #expect(state.page == .virtualizer)
  }

  @Test func `the plain processes are the users' rows`() {
    var state = Labhost.busy().screen(Size(100, 30), keys: [.character("4")])
    let effects = reduce(&state, .key(.enter))
    #expect(effects == [.users(true)])
    #expect(state.view == .table && state.list.filterText == "kind=user")
  }

  @Test func `hostile names stay in their boxes`() throws {
    for name in hostileNames {
      var host = Labhost.busy()
      host.boxes[0].workload.name = name
      host.boxes[5].workload.name = name
      host.boxes[5].workload.machine?.guestKernel = name
      let state = host.screen(Size(100, 30), keys: [.character("4")])
      var canvas = Canvas(state.size)
      draw(state, on: &canvas)
      let text = GoldenScreenTests.text(canvas)
      #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || $0.value == 0x7f })
      #expect(text.contains("host kernel") && text.contains("SUM"))
    }
  }
}
