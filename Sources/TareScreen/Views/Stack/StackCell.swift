internal import TareModel

extension StackView {
  /// A line in a box: words, or a name and a number that ends at the right.
  struct Cell {
    var text: String
    /// Where there is no room for the text.
    var shorter: [String] = []
    var value = ""
    var style = Style.text

    init(_ text: String, _ style: Style = .text) { (self.text, self.style) = (text, style) }

    init(_ name: String, _ value: String) { (text, self.value) = (name, value) }

    func draw(on canvas: inout Canvas, x: Int, y: Int, width: Int) {
      let room = value.isEmpty ? width : width - value.displayWidth - 1
      canvas.put(StackView.fitting([text] + shorter, max(0, room)), x: x, y: y, style)
      if !value.isEmpty { canvas.put(value, x: x + width - value.displayWidth, y: y) }
    }
  }

  func memory(
    _ name: String, _ bytes: Double?, _ certainty: Certainty = .measured, isAtLeast: Bool = false,
    isAtMost: Bool = false
  ) -> Cell {
    let unit = Amount.tableUnit(state.settings.units)
    let number = bytes.map { (isAtLeast ? "≥ " : isAtMost ? "≤ " : "") + Scaled.decimal($0 / unit.bytes) } ?? "?"
    let sign = bytes == nil || isAtMost ? "" : certainty.sign
    return Cell(name, "\(number) \(sign)".fitted(to: number.displayWidth + 2))
  }

  func cpu(_ name: String, _ percent: Double?, isAtLeast: Bool = false, isAtMost: Bool = false) -> Cell {
    Cell(name, (percent.map { (isAtLeast ? "≥ " : isAtMost ? "≤ " : "") + Scaled.decimal($0) } ?? "?") + " %")
  }

  var isNarrow: Bool { state.size.width < 96 }

  var memoryName: String { Amount.tableUnit(state.settings.units).name }

  // MARK: Storeys

  func application(_ box: Box) -> Cell? {
    switch box {
    case .processes, .containers, .kernel: nil
    case .guest(let guest):
      if workload(guest).boundaries.contains(where: \.isContainer) {
        Cell("containers inside")
      } else {
        guest.memory.obstacle == nil ? Cell("its own programs") : Cell("▒ unopened", .dim)
      }
    case .guests: Cell("their own programs")
    }
  }

  func guestKernel(_ box: Box) -> [Cell] {
    switch box {
    case .processes:
      let words = isNarrow ? ["straight to the", "host kernel"] : ["calls go straight", "to the host kernel"]
      return (["no such layer:"] + words).map { Cell($0, .dim) }
    case .containers:
      let words =
        isNarrow ? ["same host kernel,", "in namespaces"] : ["the same host kernel,", "seen through namespaces"]
      // A sentry answers its programs' calls itself, most of them.
      let count = stack.userSpaceKernels
      let sentries = count == 0 ? [] : ["gVisor: \(count) sentr\(count == 1 ? "y" : "ies")"]
      return (["no such layer:"] + words + sentries).map { Cell($0, .dim) }
    case .guest(let guest):
      var cells = [release(guest)]
      if let used = guest.amount(.guestUsed) {
        cells.append(memory("in use", used.amount, used.certainty))
        cells.append(memory("held", guest.held, .inferred))
      } else {
        cells.append(memory("resident", guest.memory.sum(.unopened)))
        cells.append(Cell("▒ unopened", .dim))
      }
      cells.append(guestCpu(guest.cpu))
      return cells
    case .guests(let guests):
      let held = guests.compactMap(\.held)
      var cells = [Cell("a kernel each: \(guests.count)")]
      cells.append(memory("resident", guests.reduce(0) { $0 + inGuest($1.memory) }))
      // Of those that do not tell there may be more.
      cells.append(
        held.isEmpty
          ? Cell("▒ unopened", .dim)
          : memory("held", held.reduce(0, +), .inferred, isAtLeast: held.count < guests.count))
      cells.append(guestsCpu(guests))
      return cells
    case .kernel: return []
    }
  }

  private func inGuest(_ weight: Weight) -> Double {
    let parts: [Weight.Part] = [.guest, .guestUsed, .guestKernel, .guestFree]
    return weight.shares.reduce(0) { $0 + (parts.contains($1.part) ? $1.amount : 0) }
  }

  /// The guest's own time; of an emulated one its translation is in it.
  private func guestCpu(_ weight: Weight) -> Cell {
    if let net = weight.net { return cpu("CPU", net) }
    guard let most = weight.netAtMost else { return cpu("CPU", nil) }
    return Cell("CPU", "≤ \(Scaled.decimal(most)) %")
  }

  /// A release has a sign of its own: the guest says it.
  private func release(_ guest: Stack.Guest) -> Cell {
    guard let release = workload(guest).machine?.guestKernel?.harmless else { return Cell("a kernel, unseen", .dim) }
    var cell = Cell("Linux \(release)", "r")
    cell.shorter = [release]
    return cell
  }

  /// Where one is not known the sum may be more, where of one there is only a bound it may be less; of both nothing can be said.
  private func guestsCpu(_ guests: [Stack.Guest]) -> Cell {
    let most = guests.compactMap(\.cpu.netAtMost)
    let lacks = most.count < guests.count
    let isBound = guests.contains { $0.cpu.netAtMost != nil && $0.cpu.net == nil }
    guard !most.isEmpty, !(lacks && isBound) else { return cpu("CPU", nil) }
    let sum = most.reduce(0, +)
    return isBound ? Cell("CPU", "≤ \(Scaled.decimal(sum)) %") : cpu("CPU", sum, isAtLeast: lacks)
  }

  func process(_ box: Box) -> [Cell] {
    switch box {
    case .processes:
      return [
        Cell(state.settings.users ? "users' programs" : "everything else"),
        memory(memoryName, additions.memory.rest, .inferred, isAtMost: stack.processes.isAtMost),
        cpu("CPU", additions.cpu.rest, isAtMost: stack.processes.isAtMost),
      ]
    case .containers: return containers
    case .guest(let guest):
      return [
        vmm(guest),
        memory(memoryName, guest.vmm.memory), cpu("CPU", guest.vmm.cpu, isAtLeast: guest.cpu.obstacle != nil),
      ]
    case .guests(let guests):
      let parts = guests.map(\.vmm)
      return [
        Cell("\(guests.count) VMMs"), atLeast(parts.map(\.memory)) { memory(memoryName, $0, isAtLeast: $1) },
        atLeast(parts.map(\.cpu), isBound: guests.contains { $0.cpu.obstacle != nil }) {
          cpu("CPU", $0, isAtLeast: $1)
        },
      ]
    case .kernel: return []
    }
  }

  /// The process that a guest is to the host, and the container that it runs in.
  private func vmm(_ guest: Stack.Guest) -> Cell {
    let workload = workload(guest)
    let outer = workload.parent.flatMap { id in frame.current.workloads.first { $0.id == id } }
    if let outer { return Cell("\(workload.runtime.rawValue) in \(outer.kind.letter) \(outer.name.harmless)") }
    if guest.virtualizer == .uml { return Cell("the kernel itself") }
    let version = frame.current.guests[guest.row].report?.version.map { " \($0.harmless)" } ?? ""
    let name = workload.runtime.rawValue + version
    var cell = Cell("\(name), the VMM")
    cell.shorter = ["\(name), VMM", name]
    return cell
  }

  /// A sum, which is a bound where one of its parts is unknown or a bound.
  private func atLeast(_ values: [Double?], isBound: Bool = false, _ cell: (Double?, Bool) -> Cell) -> Cell {
    let known = values.compactMap { $0 }
    return cell(known.isEmpty ? nil : known.reduce(0, +), isBound || known.count < values.count)
  }

  private var containers: [Cell] {
    guard !stack.containerRows.isEmpty else { return [Cell("none runs here", .dim)] }
    let names = stack.containerRows.map { frame.current.workloads[$0].name.harmless }
    let helpers = stack.helpers
    var cells = [
      Cell(names.prefix(12).joined(separator: " ")),
      memory(
        memoryName,
        stack.containers.memory.map { max(0, $0 - (stack.containersKernel.memory ?? 0) - (helpers.memory ?? 0)) },
        isAtLeast: stack.containers.isAtLeast),
      cpu("CPU", stack.containers.cpu.map { max(0, $0 - (helpers.cpu ?? 0)) }),
    ]
    if helpers.memory != nil {
      cells.append(memory("helpers", helpers.memory, helpers.certainty))
      let share = cpu("helpers", helpers.cpu ?? 0)
      // On few lines the engines need one.
      if isTall { cells.append(share) } else if !isNarrow { cells[3].text += " " + share.value }
    }
    return cells + engines.map { Cell($0, .dim) }
  }

  /// How many containers each engine or runtime has; without the numbers where those have no room.
  private var engines: [String] {
    let width = columns[1].width
    let all = stack.engines.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    if isTall { return Array(all.wrapped(to: width).prefix(2)) }
    let names = stack.engines.map(\.name)
    return [Self.fitting([all, names.joined(separator: ", "), names.joined(separator: " ")], width)]
  }
}
