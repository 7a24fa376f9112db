internal import TareModel

/// Who stands on whom, and what each layer costs now: containers and VMs beside each other, so that the doubled kernel is seen.
struct StackView {
  let state: ScreenState
  let frame: Frame
  let summary: Summary
  let stack: Stack

  init(state: ScreenState, frame: Frame, summary: Summary) {
    (self.state, self.frame, self.summary) = (state, frame, summary)
    stack = Stack(frame)
  }

  var isTight: Bool { state.size.height < 30 }
  var isTall: Bool { state.size.height >= 34 }
  private var chosen: Int { min(state.stack.place, boxes.count - 1) }

  /// - Returns: the first line below it.
  @discardableResult
  func draw(on canvas: inout Canvas) -> Int {
    let size = canvas.size
    canvas.put("STACK", x: 1, y: 1, .bold)
    let about = size.width < 96 ? "who stands on whom" : "who stands on whom, and what each layer costs now"
    canvas.put(about, x: 9, y: 1)
    let unit = "\(memoryName)    CPU 100 % = 1 core"
    canvas.put(unit, x: size.width - 1 - unit.displayWidth, y: 1, .dim)
    var y = isTight ? 2 : 3
    let columns = columns
    for (place, column) in columns.enumerated() { drawTitle(column, isChosen: place == chosen, y: y, on: &canvas) }
    y = drawGuests(columns, y: y + (isTight ? 1 : 2), on: &canvas)
    y = drawProcesses(columns, y: y, on: &canvas)
    y = drawKernel(columns, y: y, on: &canvas)
    return drawGround(y: y, on: &canvas)
  }

  private func drawTitle(_ column: Column, isChosen: Bool, y: Int, on canvas: inout Canvas) {
    let (text, style) = title(column.box)
    let end = canvas.put(text.fittedAtMost(column.width), x: column.x, y: y, style)
    guard isChosen else { return }
    canvas.put("▸", x: column.x - 1, y: y)
    canvas.select(Rect(x: column.x - 1, y: y, width: end - column.x + 2, height: 1))
  }

  func label(_ text: String, y: Int, on canvas: inout Canvas) { canvas.put(text, x: 1, y: y, .dim) }

  private func border(_ column: Column, y: Int, on canvas: inout Canvas) {
    let style: Style =
      switch column.box {
      case .processes, .kernel: .process
      case .containers: .container
      case .guest, .guests: .vm
      }
    canvas.fill("━", x: column.x, y: y, width: column.width, style)
  }

  // MARK: Storeys, from the top

  /// Programs and kernel of each guest: what containers do not have.
  private func drawGuests(_ columns: [Column], y: Int, on canvas: inout Canvas) -> Int {
    let hasGuests = columns.contains { application($0.box) != nil }
    if hasGuests {
      label("application", y: y + 1, on: &canvas)
      for column in columns {
        guard let cell = application(column.box) else { continue }
        border(column, y: y, on: &canvas)
        cell.draw(on: &canvas, x: column.x, y: y + 1, width: column.width)
        border(column, y: y + 2, on: &canvas)
      }
    } else {
      drawNoGuests(y: y, on: &canvas)
    }
    label("guest kernel", y: y + 3, on: &canvas)
    if !isTight {
      let all = stack.guests.count == 2 ? " both of them" : stack.guests.count > 2 ? " all of them" : ""
      label(all, y: y + 4, on: &canvas)
    }
    for column in columns {
      for (index, cell) in guestKernel(column.box).enumerated() {
        cell.draw(on: &canvas, x: column.x, y: y + 3 + index, width: column.width)
      }
    }
    return y + (isTight ? 7 : 8)
  }

  /// Where a guest's storeys would be.
  private func drawNoGuests(y: Int, on canvas: inout Canvas) {
    let none = "no VM runs here: a second kernel would stand in this place"
    canvas.put(none.fittedAtMost(canvas.size.width - 17), x: 16, y: y + 1, .dim)
    guard frame.current.workloads.isEmpty, let nothing = Notes.nothing(state, frame).first else { return }
    canvas.put(nothing.fittedAtMost(canvas.size.width - 2), x: 1, y: y)
  }

  private func drawProcesses(_ columns: [Column], y: Int, on canvas: inout Canvas) -> Int {
    label("process on", y: y + 1, on: &canvas)
    label(" the host", y: y + 2, on: &canvas)
    let most = isTight ? 4 : isTall ? 7 : 5
    for column in columns {
      border(column, y: y, on: &canvas)
      for (index, cell) in process(column.box).prefix(most).enumerated() {
        cell.draw(on: &canvas, x: column.x, y: y + 1 + index, width: column.width)
      }
    }
    if !isTight, let first = columns.dropFirst(2).first {
      let words = ["to the host a VM is a process,", "its vCPUs are threads of it"]
      for (index, text) in words.enumerated() {
        canvas.put(text.fittedAtMost(canvas.size.width - 1 - first.x), x: first.x, y: y + 4 + index, .dim)
      }
    }
    return y + (isTight ? 5 : isTall ? 9 : 7)
  }

  private func drawKernel(_ columns: [Column], y: Int, on canvas: inout Canvas) -> Int {
    let width = canvas.size.width - 17
    let whole = Column(box: .kernel, x: 16, width: width)
    border(whole, y: y, on: &canvas)
    let isChosen = chosen == boxes.count - 1
    canvas.put("host kernel", x: 1, y: y + 1, isChosen ? .bold : .dim)
    if isChosen {
      canvas.put("▸", x: 0, y: y + 1)
      canvas.select(Rect(x: 0, y: y + 1, width: 13, height: 1))
    }
    let own = [
      Cell("Linux \(stack.host.kernelRelease.harmless)"), memory(memoryName, stack.kernel.memory, .inferred),
      cpu("CPU", stack.kernel.cpu),
    ]
    let kernel = stack.containersKernel
    let shared = [
      Cell(isNarrow ? "namespaces" : "namespaces, cgroups"),
      // Where it is not known of any of them there is no bound either.
      memory(memoryName, kernel.isAtLeast && kernel.memory == 0 ? nil : kernel.memory, isAtLeast: kernel.isAtLeast),
    ]
    for (column, cells) in zip(columns, [own, shared]) {
      for (index, cell) in cells.enumerated() {
        cell.draw(on: &canvas, x: column.x, y: y + 1 + index, width: column.width)
      }
    }
    let last = columns[1]
    let x = last.x + last.width + 2
    for (index, text) in virtualizerWords(canvas.size.width - 1 - x).prefix(3).enumerated() {
      canvas.put(text.fittedAtMost(canvas.size.width - 1 - x), x: x, y: y + 1 + index)
    }
    border(whole, y: y + 4, on: &canvas)
    return y + 5
  }

  private func virtualizerWords(_ width: Int) -> [String] {
    guard let first = stack.virtualizers.first else {
      return stack.host.kvmAvailable ? ["KVM is there, unused"] : ["no hypervisor in use"]
    }
    let others = stack.virtualizers.dropFirst()
    if others.isEmpty {
      return [first.title, first.type.long.displayWidth <= width ? first.type.long : first.type.short]
    }
    return [first.title] + (others.count == 1 ? others.map(\.title) : ["and \(others.count) others"]) + [
      "of which type: e"
    ]
  }
}
