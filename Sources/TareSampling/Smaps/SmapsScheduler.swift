internal import KernelStats
internal import LinuxSystem
internal import Synchronization
internal import TareModel

/// Looks at the mappings of processes, at a pace of its own: it takes a hundredth of a core in the long run, however many
/// workloads there are and however large they are. Where somebody looks at the screen it does so on a thread of its own,
/// so that no tick waits for a large guest.
public final class SmapsScheduler: Sendable {
  private struct State {
    var looks: [UInt64: SmapsReading] = [:]
    /// Those that are being looked at.
    var asked: Set<UInt64> = []
    /// Nanoseconds of CPU time that all looks took.
    var cost: UInt64 = 0
    var budget = CPUBudget(share: 100, most: 500_000_000)
  }

  /// Nanoseconds after which a workload is looked at again in any case.
  static let maxAge: UInt64 = 60_000_000_000

  private let root: KernelRoot
  private let worker: Workers?
  private let state = Mutex(State())

  /// - Parameter waits: whether each sample waits for its looks: one that is not taken again, and a capture.
  init(_ root: KernelRoot, waits: Bool) {
    self.root = root
    worker = waits || !root.isLive ? nil : Workers("tare-smaps", most: 1)
  }

  /// Nanoseconds of CPU time that looks have taken so far.
  var cost: UInt64 { state.withLock { $0.cost } }

  /// The last look at a workload, which is taken anew where that is due.
  /// - Parameters:
  ///   - now: monotonic nanoseconds.
  ///   - hasMoved: whether so much has changed since the last look that another one is worth its cost.
  func look(
    at serial: UInt64, now: UInt64, _ subject: SmapsReading.Subject, hasMoved: (SmapsReading) -> Bool
  ) -> SmapsReading? {
    let (last, mayLook) = state.withLock { state in
      state.budget.earn(at: now)
      return (state.looks[serial], worker == nil || !state.asked.contains(serial) && !state.budget.isSpent)
    }
    guard mayLook, isDue(last, now, hasMoved) else { return last }
    guard let worker else { return take(serial, subject) }
    state.withLock { state in
      state.asked.insert(serial)
      // Paid in advance, so that one tick does not ask for all of them.
      state.budget.spend(last?.cost ?? 300_000)
    }
    do throws(SystemThread.Failure) {
      try worker.run { [weak self] in _ = self?.take(serial, subject, paid: last?.cost ?? 300_000) }
      return last
    } catch {
      return take(serial, subject, paid: last?.cost ?? 300_000)
    }
  }

  /// What was seen of it does not hold any more.
  func forget(_ serial: UInt64) { state.withLock { $0.looks[serial] = nil } }

  /// Forgets all but these.
  func keep(_ serials: [UInt64]) {
    let kept = Set(serials)
    state.withLock { state in state.looks = state.looks.filter { kept.contains($0.key) } }
  }

  private func isDue(_ last: SmapsReading?, _ now: UInt64, _ hasMoved: (SmapsReading) -> Bool) -> Bool {
    guard let last else { return true }
    if !root.isLive || root.isRecording { return true }
    let age = now > last.at ? now - last.at : 0
    return age > Self.maxAge || age > 100 * last.cost && age > 1_000_000_000 && hasMoved(last)
  }

  private func take(_ serial: UInt64, _ subject: SmapsReading.Subject, paid: UInt64 = 0) -> SmapsReading {
    // Given back each time: a large guest's mappings are a text of a megabyte.
    var buffer = [UInt8](repeating: 0, count: 65536)
    let look = SmapsReading(subject, root, &buffer)
    state.withLock { state in
      state.looks[serial] = look
      state.asked.remove(serial)
      state.cost &+= look.cost
      state.budget.spend(look.cost, paid: paid)
    }
    return look
  }
}
