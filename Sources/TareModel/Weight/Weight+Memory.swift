extension Frame.Pair {
  /// Its memory, bytes. Page cache counts alike on both sides: that of a container and that of a guest are net.
  public var memoryWeight: Weight { workload.kind == .vm ? machineMemory : containerMemory }

  /// Net is the cgroup's charge, tare the helpers.
  private var containerMemory: Weight {
    guard case .value(let charged) = now(.memoryCurrent) else { return Weight(missing: now(.memoryCurrent).absence) }
    var weight = Weight()
    var portion = Portion(left: Double(charged))
    let bound = bound(.memoryCurrent)
    if bound != .exact { weight.doubt(frame.current.bounds[row].reason ?? .notReported) }
    let inside = portion.take(now(.memoryHelpersInside).amount)
    let classes: [(Weight.Part, Metric)] = [
      (.anonymous, .memoryAnon), (.fileCache, .memoryFile), (.kernel, .memoryKernel),
    ]
    for (part, metric) in classes { weight.take(part, .net, now(metric).amount, of: &portion, bound) }
    // A class whose counter is wrong is somewhere in the rest.
    let isWrong = classes.contains { now($0.1) == .missing(.inconsistent) }
    weight.add(.other, .net, portion.takeRest(), isWrong ? .inferred : .measured, bound)
    switch now(.memoryHugetlb) {
    case .value(let bytes): weight.add(.hugePages, .net, Double(bytes))
    case .missing(.notApplicable), .missing(.notReported), .unlimited: break
    // They are in use on this machine, and nobody says by whom.
    case .missing(let reason): weight.lack(reason)
    }
    add(helpersInside: inside, &weight)
    return weight
  }

  private var machineMemory: Weight {
    var weight = Weight()
    guard case .value(let current) = now(.memoryCurrent) else {
      // What it shares with others is in what is resident as a whole.
      guard case .value(let resident) = now(.memoryResident) else {
        return Weight(missing: now(.memoryCurrent).absence)
      }
      weight.add(.guest, .unopened, Double(resident), .inferred, .atMost)
      weight.doubt(now(.memoryCurrent).absence)
      // Helpers are processes of their own: a user may look into them, or not.
      add(helpersInside: now(.memoryHelpersInside).amount, &weight)
      weight.close(now(.memoryCurrent).absence)
      return weight
    }
    var portion = Portion(left: Double(current))
    let inside = portion.take(now(.memoryHelpersInside).amount)
    guard case .value(let vmm) = now(.memoryVmm), case .value(let resident) = now(.memoryGuestResident) else {
      weight.add(.guest, .unopened, portion.takeRest())
      add(helpersInside: inside, &weight)
      weight.close(absence(.memoryGuestResident, .memoryVmm))
      return weight
    }
    let (own, tables, guest) = parts(vmm: Double(vmm), guest: Double(resident), of: &portion)
    open(guest: guest, &weight)
    weight.add(.vmm, .tare, own)
    weight.add(.tables, .tare, tables)
    weight.add(.hostCache, .tare, portion.takeRest(), .inferred)
    add(helpersInside: inside, &weight)
    return weight
  }

  /// What of its memory is whose, where they are more than it together.
  private func parts(vmm: Double, guest resident: Double, of portion: inout Portion)
    -> (vmm: Double, tables: Double, guest: Double)
  {
    if now(.memoryLimit) == .missing(.sharedCgroup) {
      // No group is charged for it alone: its memory is its PSS. Guest RAM that others share is in there in part.
      let own = portion.take(vmm)
      return (own, portion.take(now(.memoryKernel).amount), portion.take(resident))
    }
    // The group is charged for page tables, and for guest RAM but for what KSM has merged: whoever touches a page first pays
    // for it. Of the VMM's program and libraries that may be another group.
    let tables = portion.take(now(.memoryKernel).amount)
    let merged = min(now(.memoryKsmSaved).amount, resident)
    let alone = portion.take(resident - merged)
    let own = portion.take(vmm)
    return (own, tables, alone + portion.take(merged))
  }

  /// What is in guest RAM, where the guest tells it.
  private func open(guest resident: Double, _ weight: inout Weight) {
    guard case .value(let total) = now(.memoryGuestTotal), case .value(let free) = now(.memoryGuestFree) else {
      weight.add(.guest, .unopened, resident)
      weight.close(absence(.memoryGuestTotal, .memoryGuestFree))
      return
    }
    guard total >= free else {
      weight.add(.guest, .unopened, resident)
      return weight.close(.inconsistent)
    }
    var portion = Portion(left: resident)
    weight.add(.guestUsed, .net, portion.take(Double(total - free)), .reported)
    let given = now(.memoryBalloon).number ?? now(.memoryConfigured).number ?? total
    weight.add(.guestKernel, .tare, portion.take(given > total ? Double(given - total) : 0), .inferred)
    weight.add(.guestFree, .tare, portion.takeRest(), .inferred)
  }

  /// Helpers in the charge, and those outside of it: what they hold of their own, or, where that may not be read, all that is
  /// resident.
  private func add(helpersInside inside: Double, _ weight: inout Weight) {
    switch now(.memoryHelpers) {
    case .value(let bytes): weight.add(.helpers, .tare, inside + Double(bytes))
    case .missing(.notApplicable), .unlimited: weight.add(.helpers, .tare, inside)
    case .missing(let reason):
      guard let resident = now(.memoryHelpersResident).number else {
        weight.add(.helpers, .tare, inside)
        weight.lack(reason)
        return
      }
      // Those in the charge are among them.
      weight.add(.helpers, .tare, max(inside, Double(resident)), .inferred, .atMost)
      weight.doubt(reason)
    }
  }

  /// Why the first of these that is missing is.
  private func absence(_ metrics: Metric...) -> Reason {
    metrics.map(now).first { $0.number == nil }?.absence ?? .notReported
  }
}

extension Reading {
  /// As a number to be added up: what is not there adds nothing.
  var amount: Double { number.map { Double($0) } ?? 0 }

  var absence: Reason {
    if case .missing(let reason) = self { reason } else { .notApplicable }
  }
}
