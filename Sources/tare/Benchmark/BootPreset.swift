import Glibc
import LinuxSystem
import TareBenchmark
import TareLab
import TareModel

/// The laboratory's own three: the same small service as a process, in a container, as the init of a virtual machine.
final class BootPreset: BootSubject {
  enum Kind: String, CaseIterable { case process, container, vm }

  let kind: Kind
  private let laboratory: Laboratory
  private let phases: BootKernelPhases
  /// What was asked for; after the first start, what it was.
  private var accelerator: Accelerator
  private var how: String
  private var starts = 0

  init(_ kind: Kind, _ laboratory: Laboratory, _ accelerator: Accelerator, _ phases: BootKernelPhases) {
    self.kind = kind
    self.laboratory = laboratory
    self.accelerator = accelerator
    self.phases = phases
    how =
      switch kind {
      case .process: "tare-service as a process"
      case .container: "tare-service in a container"
      case .vm: "tare-service as the init of a Linux VM"
      }
  }

  var name: String { kind.rawValue }
  var command: String { how }
  var readiness: String { "stdout:tare-service: ready" }
  var readyAt: String { "its line 'tare-service: ready'" }

  func run(_ context: BootContext) throws(BootInterrupted) -> BootRun {
    var result = BootRun()
    starts += 1
    let name = "boot-\(kind.rawValue)-\(starts)"
    var ticked = ContinuousClock.now
    func isCancelled() -> Bool {
      if let tick = context.tick, ContinuousClock.now - ticked > .milliseconds(200) {
        ticked = .now
        tick()
      }
      return context.signals.map { $0.count > 0 } ?? false
    }
    do {
      try start(name, &result, isCancelled)
      let begin = ContinuousClock.now
      try laboratory.remove(name)
      result.stop = Self.seconds(ContinuousClock.now - begin)
    } catch is Cancelled {
      throw BootInterrupted()
    } catch {
      result.failure = "\(error)"
    }
    return result
  }

  private func start(_ name: String, _ result: inout BootRun, _ isCancelled: () -> Bool) throws {
    phases.begin()
    switch kind {
    case .process:
      let process = try laboratory.startProcess(name: name, cancelled: isCancelled)
      note(process.requested, process.readyAfter, phases.phases(of: process.pid), &result)
    case .container:
      let container = try laboratory.startContainer(name: name, cancelled: isCancelled)
      how = "tare-service in a container, by \(container.runtime)"
      note(container.requested, container.readyAfter, phases.phases(ofContainer: container.pid), &result)
    case .vm:
      let machine = try laboratory.startVirtualMachine(name: name, accelerator: accelerator, cancelled: isCancelled)
      // Not asked again: an attempt with KVM that fails takes seconds.
      accelerator = machine.accelerator
      how = "tare-service as the init of a Linux VM, by qemu/\(machine.accelerator.rawValue)"
      let spawned = phases.phases(of: machine.pid).filter { $0.phase == .spawned }
      note(machine.requested, machine.readyAfter, spawned, &result)
      let told = laboratory.starts.phases(of: name).filter { [.executing, .userspace].contains($0.phase) }
      result.phases.insert(
        contentsOf: told.map { BootRun.Phase($0.phase, at: $0.seconds) }, at: max(0, result.phases.count - 1))
    }
  }

  /// - Parameter requested: by the clock that the laboratory measures with.
  private func note(
    _ requested: ContinuousClock.Instant, _ readyAfter: Duration, _ instants: [PhaseInstant], _ result: inout BootRun
  ) {
    let ago = Self.seconds(ContinuousClock.now - requested)
    let began = Double(SystemClock.monotonic.now) / 1e9 - ago
    let ready = Self.seconds(readyAfter)
    result.copies = [ready]
    result.phases = [BootRun.Phase(.requested, at: 0)]
    for instant in instants {
      result.phases.append(BootRun.Phase(instant.phase, at: max(0, Double(instant.at) / 1e9 - began)))
    }
    result.phases.append(BootRun.Phase(.ready, at: ready))
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }
}
