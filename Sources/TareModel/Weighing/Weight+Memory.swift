extension Frame.Pair {
  /// Its memory, bytes. Page cache counts alike on both sides: that of a container and that of a guest are net.
  public var memoryWeight: Weight { workload.kind == .vm ? machineMemory : containerMemory }

  /// Net is the cgroup's charge, tare the helpers.
  private var containerMemory: Weight {
    guard case .value(let charged) = now(.memoryCurrent) else { return Weight(missing: now(.memoryCurrent).absence) }
    let (helpers, certainty) = helpers
    guard let helpers else { return Weight(missing: now(.memoryHelpers).absence) }
    var weight = Weight()
    var portion = Portion(left: Double(charged))
    let inside = portion.take(now(.memoryHelpersInside).amount)
    weight.add(.anonymous, .net, portion.take(now(.memoryAnon).amount))
    weight.add(.fileCache, .net, portion.take(now(.memoryFile).amount))
    weight.add(.kernel, .net, portion.take(now(.memoryKernel).amount))
    weight.add(.other, .net, portion.takeRest())
    weight.add(.helpers, .tare, inside + helpers, certainty)
    return weight
  }

  private var machineMemory: Weight {
    var weight = Weight()
    guard case .value(let current) = now(.memoryCurrent) else {
      // Whose memory nobody may look into is at least as large as what is resident.
      guard case .value(let resident) = now(.memoryResident) else {
        return Weight(missing: now(.memoryCurrent).absence)
      }
      weight.add(.guest, .unopened, Double(resident), .inferred)
      weight.close(now(.memoryCurrent).absence)
      return weight
    }
    var portion = Portion(left: Double(current))
    let inside = portion.take(now(.memoryHelpersInside).amount)
    let (outside, certainty) = helpers
    guard case .value(let vmm) = now(.memoryVmm), case .value(let resident) = now(.memoryGuestResident) else {
      weight.add(.guest, .unopened, portion.takeRest())
      weight.add(.helpers, .tare, inside + (outside ?? 0), certainty)
      weight.close(now(.memoryGuestResident).absence)
      return weight
    }
    let own = portion.take(Double(vmm))
    let tables = portion.take(now(.memoryKernel).amount)
    open(guest: portion.take(Double(resident)), &weight)
    weight.add(.vmm, .tare, own)
    weight.add(.tables, .tare, tables)
    weight.add(.hostCache, .tare, portion.takeRest(), .inferred)
    weight.add(.helpers, .tare, inside + (outside ?? 0), certainty)
    return weight
  }

  /// What is in guest RAM, where the guest tells it.
  private func open(guest resident: Double, _ weight: inout Weight) {
    guard case .value(let total) = now(.memoryGuestTotal), case .value(let free) = now(.memoryGuestFree) else {
      weight.add(.guest, .unopened, resident)
      weight.close(now(.memoryGuestTotal).absence)
      return
    }
    var portion = Portion(left: resident)
    weight.add(.guestUsed, .net, portion.take(Double(total > free ? total - free : 0)), .reported)
    let given = now(.memoryBalloon).number ?? now(.memoryConfigured).number ?? total
    weight.add(.guestKernel, .tare, portion.take(given > total ? Double(given - total) : 0), .inferred)
    weight.add(.guestFree, .tare, portion.takeRest(), .inferred)
  }

  /// Helpers outside of the charge: what they hold of their own, or, where that may not be read, all that is resident.
  private var helpers: (bytes: Double?, Certainty) {
    switch now(.memoryHelpers) {
    case .value(let bytes): return (Double(bytes), .measured)
    case .missing(.notApplicable), .unlimited: return (0, .measured)
    case .missing: return (now(.memoryHelpersResident).number.map { Double($0) }, .inferred)
    }
  }
}

extension Reading {
  /// As a number to be added up: what is not there adds nothing.
  var amount: Double { number.map { Double($0) } ?? 0 }

  var absence: Reason {
    if case .missing(let reason) = self { reason } else { .notApplicable }
  }
}
