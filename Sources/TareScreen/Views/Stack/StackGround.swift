internal import TareModel

extension StackView {
  /// What all of it stands on, how many kernels that makes, and what it costs together.
  /// - Returns: the first line below it.
  func drawGround(y: Int, on canvas: inout Canvas) -> Int {
    let width = canvas.size.width - 2
    label("hardware", y: y, on: &canvas)
    let total =
      frame.hostMemoryTotal.number.map { Amount.text(Double($0), state.settings.units) } ?? "?"
    let cpus = stack.host.cpusOnline
    let machine = "\(cpus) CPU\(cpus == 1 ? "" : "s"), \(total), "
    let ground = [stack.host.ground.long, stack.host.ground.short].map { machine + $0 }
    canvas.put(Self.fitting(ground, width - 15), x: 16, y: y)
    // What has to be said takes the last line: the sum does not give way to it where a blank one can.
    let isPressed = !isTall && (state.message != nil || !frame.current.problems.isEmpty)
    var line = y + (isTight || isPressed ? 1 : 2)
    let kernels = stack.kernelCount
    let head = kernels == 1 ? "1 KERNEL RUNS HERE" : "\(kernels) KERNELS RUN HERE"
    let end = canvas.put(head, x: 1, y: line, .bold) + 3
    canvas.put(Self.fitting(kernelWords, canvas.size.width - 1 - end), x: end, y: line)
    for text in moreKernelWords {
      line += 1
      canvas.put(text.fittedAtMost(canvas.size.width - 1 - end), x: end, y: line)
    }
    line += isTall ? 2 : 1
    for sums in sumTexts {
      guard line < canvas.size.height - 1 else { return line }
      canvas.put(Self.fitting(sums, width), x: 1, y: line)
      line += 1
    }
    return line
  }

  /// The first that has room; the last is cut.
  static func fitting(_ texts: [String], _ width: Int) -> String {
    texts.first { $0.displayWidth <= width } ?? texts[texts.count - 1].fittedAtMost(width)
  }

  // MARK: Kernels

  private var kernelWords: [String] {
    let guests = stack.guests.count
    guard guests > 0 else { return ["the host's. Containers added 0."] }
    let parts = "1 host + \(guests) guest\(guests == 1 ? "" : "s"). Containers added 0, VMs added \(guests)."
    guard !isTall else { return [parts] }
    let short = "1 host + \(guests) guest\(guests == 1 ? "" : "s"), containers 0."
    return ["\(parts)   \(held.long)", "\(short)  \(held.short)", parts]
  }

  /// Lines of their own, where there is room for them.
  private var moreKernelWords: [String] {
    guard isTall else { return [] }
    var lines = stack.guests.isEmpty ? [] : [held.long]
    let sentries = stack.userSpaceKernels
    if sentries > 0 {
      let are = sentries == 1 ? "1 sentry, a kernel as a program" : "\(sentries) sentries, kernels as programs"
      lines.append("gVisor adds \(are) on the host's own: not counted here.")
    }
    if stack.sandboxes > 0 {
      let have = stack.sandboxes == 1 ? "1 VM has" : "\(stack.sandboxes) VMs have"
      lines.append("\(have) containers inside (Kata), which share the guest's kernel.")
    }
    return lines
  }

  /// What the extra kernels hold: at length, and in few words in the unit of the boxes. Of a guest that tells nothing, at most all of it that is resident.
  private var held: (long: String, short: String) {
    let known = stack.guests.compactMap(\.held)
    let closed = stack.guests.filter { $0.held == nil }
    let unit = Amount.tableUnit(state.settings.units).bytes
    var long: [String] = []
    var short: [String] = []
    if !known.isEmpty {
      let bytes = known.reduce(0, +)
      long.append("\(Amount.text(bytes, state.settings.units)) ~ unused")
      short.append("\(Scaled.decimal(bytes / unit)) ~ held")
    }
    if !closed.isEmpty {
      let bytes = closed.reduce(0) { $0 + $1.memory.sum(.unopened) }
      let whose = closed.count == 1 ? "the one that tells nothing" : "the \(closed.count) that tell nothing"
      long.append("at most \(Amount.text(bytes, state.settings.units)) in \(whose)")
      short.append("≤ \(Scaled.decimal(bytes / unit)) unopened")
    }
    return (
      "The extra ones hold \(long.joined(separator: "; ")).", "Extra: \(short.joined(separator: ", ")) \(memoryName)"
    )
  }

  // MARK: Sums

  /// As printed, the parts add up. Each line in words that get fewer.
  private var sumTexts: [[String]] {
    let unit = memoryName
    let (memory, cpu) = additions
    let names = ["processes", "host kernel", "containers", "VMs"]
    if isTall, state.size.width >= 110 {
      return [["SUM  \(memory.text(names)) \(unit)"], ["     \(cpu.text(names)) %"]]
    }
    return [
      [
        "SUM  \(memory.text()) \(unit)   \(cpu.text()) %", "SUM  \(memory.text()) \(unit)   CPU \(cpu.total) %",
        "SUM  \(memory.text()) \(unit)", "SUM  \(memory.total) \(unit)   \(cpu.total) %",
      ]
    ]
  }

  /// Memory and CPU of plain processes, the host's kernel, containers and VMs.
  var additions: (memory: Addition, cpu: Addition) {
    let unit = Amount.tableUnit(state.settings.units).bytes
    return (
      Addition(parts(\.memory), sum: stack.sum.memory, unit: unit), Addition(parts(\.cpu), sum: stack.sum.cpu, unit: 1)
    )
  }

  /// All but plain processes. Of containers and VMs that are not there it is nothing, which is known.
  private func parts(_ value: KeyPath<Stack.Cost, Double?>) -> [Double?] {
    func known(_ cost: Stack.Cost) -> Double? { cost.count == 0 ? 0 : cost[keyPath: value] }
    let machines = stack.guests.isEmpty ? [] : [known(stack.machines)]
    return [stack.kernel[keyPath: value], known(stack.containers)] + machines
  }
}
