extension Frame.Pair {
  /// Its CPU time, percent of a core.
  public var cpuWeight: Weight {
    let usage = perSecond(.cpuUsage)
    guard let used = usage.number else { return Weight(missing: usage.absence) }
    var weight = Weight()
    var portion = Portion(left: used / 1e7)
    let inside = portion.take(share(.cpuHelpersInside) ?? 0)
    if workload.kind == .vm {
      weigh(&portion, &weight)
    } else {
      weight.add(.program, .net, portion.takeRest())
    }
    let outside = share(.cpuHelpers)
    weight.add(.helpers, .tare, inside + (outside ?? 0))
    if outside == nil { weight.lack(perSecond(.cpuHelpers).absence) }
    return weight
  }

  /// Net is the guest's own time; what its vCPUs do outside of the guest, and the VMM's other threads, are tare.
  private func weigh(_ portion: inout Portion, _ weight: inout Weight) {
    guard let guest = share(.cpuGuest, or: nil) else {
      let emulator = portion.take(share(.cpuEmulator, or: nil) ?? 0)
      weight.add(.guest, .unopened, portion.takeRest())
      weight.add(.emulator, .tare, emulator)
      weight.close(perSecond(.cpuGuest).absence)
      return
    }
    // Guest time is counted in ticks, the CPU time and that of the other threads by the nanosecond: those come first.
    let emulator = portion.take(share(.cpuEmulator, or: nil) ?? 0)
    weight.take(.guest, .net, guest, of: &portion)
    weight.add(.emulator, .tare, emulator)
    weight.add(.exits, .tare, portion.takeRest())
  }

  /// Percent of a core; 0 of what this workload does not have.
  private func share(_ metric: Metric, or none: Double? = 0) -> Double? {
    switch perSecond(metric) {
    case .number(let growth): growth / 1e7
    case .integer(let growth): Double(growth) / 1e7
    case .missing(.notApplicable), .unlimited: none
    case .missing: nil
    }
  }
}

extension FigureValue {
  var absence: Reason {
    if case .missing(let reason) = self { reason } else { .notApplicable }
  }
}
