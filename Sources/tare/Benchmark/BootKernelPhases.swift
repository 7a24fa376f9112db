import KernelStats
import TareBenchmark
import TareModel

/// When the kernel made a process and when it executed its program: the proc connector's own instants. It needs the
/// privilege to listen; without it a run has the phases that its starter saw.
final class BootKernelPhases: PhaseObserver {
  private struct Birth {
    var forked: UInt64?
    var executed: UInt64?
    var lastExecuted: UInt64?
  }

  /// Opened when it is first asked for: the kernel's work for it is part of what is measured.
  private lazy var events = ProcessEvents()
  private var births: [Int32: Birth] = [:]
  private var isWhole = true

  func begin() {
    _ = events?.drain { _ in }
    births = [:]
    isWhole = true
  }

  func phases(of pid: Int32) -> [PhaseInstant] {
    let birth = birth(of: pid)
    return [
      birth?.forked.map { PhaseInstant(.spawned, at: $0) }, birth?.executed.map { PhaseInstant(.executing, at: $0) },
    ]
    .compactMap { $0 }
  }

  /// For a container, whose runtime executes itself in it before it executes the payload.
  func phases(ofContainer pid: Int32) -> [PhaseInstant] {
    let birth = birth(of: pid)
    return [birth?.lastExecuted.map { PhaseInstant(.executing, at: $0) }].compactMap { $0 }
  }

  /// Where events were lost nothing is known: the one that counts may be among them.
  private func birth(of pid: Int32) -> Birth? {
    let isComplete = events?.drain { event in
      switch event {
      case .fork(_, let child, let at): births[child] = Birth(forked: at)
      case .exec(let process, let at):
        births[process, default: Birth()].lastExecuted = at
        if births[process]?.executed == nil { births[process]?.executed = at }
      case .exit: break
      }
    }
    isWhole = isWhole && isComplete ?? false
    return isWhole ? births[pid] : nil
  }
}
