internal import TareModel

/// What one workload weighs, as the first lines of its memory and of its CPU: gross, then net and tare with their shares.
struct WeightSection {
  let state: ScreenState
  let frame: Frame
  let row: Int

  private var pair: Frame.Pair { frame.pair(row) }

  /// The lines that stand before a group's figures, and names of the figures that they make needless.
  func lines(of group: Substring) -> (lines: [Section.Line], replaced: Set<String>) {
    switch group {
    case "memory": lines(pair.memoryWeight, [.memoryGross, .memoryNet, .memoryTare])
    case "cpu": lines(pair.cpuWeight, [.cpuGross, .cpuNet, .cpuTare])
    default: ([], [])
    }
  }

  private func lines(_ weight: Weight, _ figures: [Figure]) -> (lines: [Section.Line], replaced: Set<String>) {
    var lines: [Section.Line] = []
    var replaced: Set<String> = []
    func add(_ sides: [Weight.Side]) {
      for share in weight.shares where sides.contains(share.side) {
        // A share that is the same as figures has their history, and they need no line of their own.
        let same = same(share, figures[0].unit)
        lines += same.isEmpty ? [line(share, nil, figures[0].unit)] : same.map { line(share, $0, figures[0].unit) }
        replaced.formUnion(same.map(\.name))
      }
    }
    for (total, figure) in zip(Weight.Total.allCases, figures) {
      lines.append(line(total, weight, figure))
      switch total {
      case .gross: break
      case .net: add([.net, .unopened])
      case .tare: add([.tare])
      }
    }
    return (lines, replaced)
  }

  /// `net   ≤ 699.2 MiB`
  private func line(_ total: Weight.Total, _ weight: Weight, _ figure: Figure) -> Section.Line {
    var line = Section.Line(name: total.rawValue)
    guard let sum = weight[total] else {
      line.value = "?"
      line.tail = .text((weight.reason ?? .notReported).rawValue, .dim)
      return line
    }
    let text = FigureText.text(.number(sum.value), figure.unit, state.settings)
    line.value = sum.bound == .exact ? text : "\(sum.bound.sign) \(text)".squeezed(to: 11)
    line.mark = sum.bound == .exact ? sum.certainty.sign : ""
    line.tail = tail(figure.name) ?? .text(words(total, weight), .dim)
    return line
  }

  private func line(_ share: Weight.Share, _ figure: Figure?, _ unit: Figure.Unit) -> Section.Line {
    let isPart = share.part == .program
    var line = Section.Line(name: "  \(isPart ? figure?.label ?? share.part.title : share.part.title)")
    let value = isPart ? figure.map { frame.value($0, row: row) } : nil
    let text = FigureText.text(value ?? .number(share.amount), unit, state.settings)
    line.value = share.bound == .exact ? text : "\(share.bound.sign) \(text)".squeezed(to: 11)
    line.mark = share.bound == .exact ? share.certainty.sign : ""
    let words = (share.certainty == .measured ? "" : "\(share.certainty.rawValue): ") + Self.words(share)
    line.tail = figure.flatMap { tail($0.name) } ?? .text(words, .dim)
    return line
  }

  /// Where there is no history: what it is, or why it is a bound.
  private func words(_ total: Weight.Total, _ weight: Weight) -> String {
    if let bound = weight[total]?.bound, bound != .exact {
      return (weight.reason ?? weight.doubt ?? .notReported).rawValue
    }
    switch total {
    case .gross: return "what the host pays"
    case .net: return "what the program uses"
    case .tare: return "what its box adds"
    }
  }

  private func tail(_ figure: String) -> Section.Line.Tail? {
    guard let place = Figure.catalogue.firstIndex(where: { $0.name == figure }),
      let series = state.shownHistory.figure(place, serial: frame.current.serials[row]),
      !state.shownHistory.point(series, ago: 0).isNaN
    else { return nil }
    return .history(series)
  }

  /// Figures that are together just what a share is.
  private func same(_ share: Weight.Share, _ unit: Figure.Unit) -> [Figure] {
    let names: [String] =
      switch share.part {
      case .anonymous: ["memory.anon_bytes"]
      case .fileCache: ["memory.file_bytes"]
      case .kernel, .tables: ["memory.kernel_bytes"]
      case .hugePages: ["memory.hugetlb_bytes"]
      case .vmm: ["memory.vmm_bytes"]
      case .helpers: [unit == .bytes ? "memory.helpers_bytes" : "cpu.helpers_percent"]
      case .emulator: ["cpu.emulator_percent"]
      case .guest: [unit == .bytes ? "memory.guest_resident_bytes" : "cpu.guest_percent"]
      case .program: ["cpu.user_percent", "cpu.system_percent"]
      case .other, .guestUsed, .guestKernel, .guestFree, .hostCache, .exits: []
      }
    let figures = names.compactMap(Figure.named)
    let sum = figures.reduce(0) { $0 + (frame.value($1, row: row).number ?? .nan) }
    // User and system are counted by other clocks than usage.
    let most = share.part == .program ? max(0.5, share.amount * 0.05) : share.amount * 0.001
    return abs(sum - share.amount) <= most ? figures : []
  }

  /// What a share is, in 27 cells at most.
  private static func words(_ share: Weight.Share) -> String {
    switch share.part {
    case .anonymous: "heaps and stacks"
    case .fileCache: "page cache, shared memory"
    case .kernel: "a plain process has it too"
    case .hugePages: "hugetlbfs, in no charge"
    case .other: "in no class of the kernel's"
    case .program: "what runs in the box"
    case .guest: share.side == .net ? "what the guest runs" : "nobody can look into it"
    case .guestUsed: "its cache too"
    case .guestKernel: "of no use to it"
    case .guestFree: "not given back"
    case .vmm: "the VMM itself"
    case .tables: "guest's pages to the host's"
    case .hostCache: "cache and kernel"
    case .helpers: "shim, conmon, virtiofsd, …"
    case .emulator: "VMM's other threads, vhost"
    case .exits: "vCPUs outside of the guest"
    }
  }
}
