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

  @Test func `an emulated VM, and a kernel that does not say what it holds`() throws {
    var host = Labhost.busy()
    host.boxes = [host.boxes[6]]
    host.boxes[0].workload.machine?.accelerator = .tcg
    host.memoryKernel = .missing(.kernelTooOld)
    try check("emulated", host)
  }

  @Test func `between a container and a VM, in a VM of Windows`() throws {
    try check("between", Self.between())
    try check("between-type", Self.between(), keys: [.character("e")])
  }

  /// gVisor and Kata.
  private static func between() -> Labhost {
    var host = Labhost.busy()
    host.boxes[0].workload.runtime = .gvisor
    host.boxes[5].workload.runtime = .kata
    host.boxes[5].workload.boundaries = [.vm, .container]
    (host.host.virtualization, host.host.kernelRelease) = ("microsoft", "5.15.153.1-microsoft-standard-WSL2")
    return host
  }

  @Test func `a key for a workload means the VM that is chosen`() {
    let state = Labhost.busy().screen(
      Size(100, 30), keys: [.character("4"), .right, .right, .right, .character("i")])
    #expect(state.page == .isolation(Labhost.busy().boxes[6].workload.id))
  }

  @Test func `a problem does not take the sum's line where there is a blank one`() {
    var host = Labhost.busy()
    host.problems = [Problem(source: "docker", message: "its socket may not be read")]
    host.boxes[5].workload.machine?.guestKernel = "6.1.0-56-cloud-amd64"
    var canvas = Canvas(Size(100, 30))
    draw(host.screen(canvas.size, keys: [.character("4")]), on: &canvas)
    let text = GoldenScreenTests.text(canvas)
    #expect(text.contains(" SUM ") && text.contains("its socket may not be read"))
    // The beginning of a release says more than the word before it.
    #expect(text.contains(" 6.1.0-56-cloud-… r"))
  }

  @Test func `what is not known is no nought in the sum, and what is not there is one`() throws {
    var host = Labhost.busy()
    host.boxes.removeAll { $0.workload.kind == .vm }
    host.memoryKernel = .missing(.kernelTooOld)
    var canvas = Canvas(Size(100, 30))
    draw(host.screen(canvas.size, keys: [.character("4")]), on: &canvas)
    let line = try #require(
      GoldenScreenTests.text(canvas).split(separator: "\n").first { $0.contains(" SUM ") })
    #expect(line.contains(" + ? + 366.2 = "), "\(line)")
    host.boxes = []
    draw(host.screen(canvas.size, keys: [.character("4")]), on: &canvas)
    #expect(GoldenScreenTests.text(canvas).contains(" + ? + 0.0 = "))
  }

  @Test(arguments: sizes.dropLast())
  func `the sum adds up as it is printed`(size: Size) throws {
    var canvas = Canvas(size)
    draw(Labhost.busy().screen(size, keys: [.character("4")]), on: &canvas)
    let sums = GoldenScreenTests.text(canvas).matches(of: /([0-9.]+(?: \+ (?:[A-Za-z ]* )?[0-9.]+)+) = ([0-9.]+)/)
    #expect(!sums.isEmpty)
    for sum in sums {
      let parts = sum.1.matches(of: /[0-9]+\.[0-9]/).compactMap { Double($0.0) }
      #expect(parts.count >= 4)
      let total = try #require(Double(sum.2))
      #expect(abs(parts.reduce(0, +) - total) < 0.01, "\(sum.0)")
    }
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
