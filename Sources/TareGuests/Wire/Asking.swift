internal import Dispatch
internal import LinuxSystem
internal import TareModel

/// Asks each of these machines on a thread of its own: one that hangs costs nobody anything.
/// - Parameter timeout: how long to wait for the answers; nil where there will be another look.
func ask<Machine: Sendable>(
  _ machines: [Machine], within timeout: DispatchTimeInterval?, _ step: @escaping @Sendable (Machine) -> Void
) {
  guard !machines.isEmpty else { return }
  let group = DispatchGroup()
  for machine in machines {
    group.enter()
    do throws(SystemThread.Failure) {
      try SystemThread.start("tare-guest") {
        step(machine)
        group.leave()
      }
    } catch {
      // Each step has a deadline of its own.
      step(machine)
      group.leave()
    }
  }
  if let timeout { _ = group.wait(timeout: .now() + timeout) }
}

/// Machines that are asked at once: one that hangs keeps its thread until its deadline is over.
let mostAsked = 8

extension Dictionary where Key == GuestMachine.Identity {
  /// Forgets those that do not run any more.
  mutating func keep(_ machines: [GuestMachine]) {
    guard !isEmpty else { return }
    let alive = Set(machines.map(\.identity))
    if contains(where: { !alive.contains($0.key) }) { self = filter { alive.contains($0.key) } }
  }
}
