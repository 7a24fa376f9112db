internal import Glibc
internal import LinuxSystem
internal import TareGuests
internal import TareModel

/// A virtual machine that was started and whose init has said that it is ready.
public struct StartedVirtualMachine: Sendable {
  public let name: String
  /// The QEMU process.
  public let pid: Int32
  /// What it really runs with: `kvm` or `tcg`.
  public let accelerator: Accelerator
  /// Path of the guest's kernel.
  public let kernel: String
  /// When QEMU was started.
  public let requested: ContinuousClock.Instant
  /// From the start of QEMU to the ready line on the serial console.
  public let readyAfter: Duration
}

extension Laboratory {
  /// Boots a Linux virtual machine whose init is the service, and waits until that is ready.
  ///
  /// The machine ends when this process ends, however it does. A machine that does not become ready is removed.
  public func startVirtualMachine(
    name: String, accelerator: Accelerator = .auto, load: ServiceLoad = ServiceLoad(),
    cancelled: () -> Bool = { false }
  ) throws -> StartedVirtualMachine {
    let hypervisor = try Hypervisor(in: surroundings)
    let kernel = try GuestKernel.find(in: surroundings, say: say, cancelled: cancelled)
    func boot(_ accelerator: Accelerator, limit: Duration, isMonitored: Bool = true) throws -> StartedVirtualMachine {
      let item = try enter(.vm, name: name, runtime: "qemu")
      let vsock = GuestVsock()
      do {
        let shared = Files.exists(sharedInitramfs)
        let initramfs = shared ? sharedInitramfs : "\(path(of: item))/initramfs"
        if !shared { try Files.create(initramfs, try Hypervisor.initramfs(service)) }
        let monitor = isMonitored ? monitorPath(of: item) : nil
        return try wait(
          for: item, accelerator, limit: limit, kernel: kernel, monitor: monitor, vsock: vsock, cancelled: cancelled
        ) {
          try hypervisor.start(
            name: name, accelerator: accelerator, folder: path(of: item), kernel: kernel, initramfs: initramfs,
            load: load, monitor: monitor, vsock: vsock)
        }
      } catch let failure as WireFailure {
        vsock?.listener.end()
        try remove(name)
        say("\(name): QEMU's monitor: \(failure): started again without it")
        return try boot(accelerator, limit: limit, isMonitored: false)
      } catch {
        vsock?.listener.end()
        try? remove(name)
        throw error
      }
    }

    switch accelerator {
    case .kvm: return try boot(.kvm, limit: .seconds(10))
    case .tcg: return try boot(.tcg, limit: .seconds(60))
    case .auto where !Hypervisor.canUseKVM:
      say("\(name): /dev/kvm cannot be used, so the processor is emulated (slower)")
      return try boot(.tcg, limit: .seconds(60))
    case .auto:
      do { return try boot(.kvm, limit: .seconds(5)) } catch let failure as Failure where failure.isOfTheGuest {
        say("\(failure)")
        say("\(name): no guest runs under KVM here, so the processor is emulated (slower)")
        return try boot(.tcg, limit: .seconds(60))
      }
    }
  }

  /// Where QEMU's monitor is to listen; nil where the path is too long for a socket (`sun_path`, unix(7)).
  private func monitorPath(of item: Record.Item) -> String? {
    let path = "\(path(of: item))/monitor"
    if path.utf8.count < 108 { return path }
    say("\(item.name): \(path) is too long for QEMU's monitor: started without it")
    return nil
  }

  /// Connects to the monitor of a machine that waits, and lets it run.
  private func release(
    _ process: ProcessIdentity, _ path: String, _ machine: ChildSupervisor, cancelled: () -> Bool
  ) throws -> Monitor {
    let limit = Duration.seconds(2)
    let socket = MachineSocket(path: path, pid: process.pid, owner: geteuid())
    _ = try Polling.wait(atMost: limit, every: .milliseconds(2), cancelled: cancelled) {
      if case .running = machine.progress { Files.exists(path) } else { true }
    }
    do throws(WireFailure) {
      // Made and not yet listened to is a moment of it.
      let monitor: Monitor
      do throws(WireFailure) { monitor = try Monitor(socket, within: limit) } catch {
        guard error == .absent else { throw error }
        usleep(20_000)
        monitor = try Monitor(socket, within: limit)
      }
      try monitor.execute(.proceed, within: limit)
      return monitor
    } catch {
      // Where QEMU is gone, why it is says more.
      usleep(50_000)
      if case .running = machine.progress { throw error }
      throw EndedEarly()
    }
  }

  private struct EndedEarly: Error {}

  /// Where the file system is that all machines share, once it is made.
  private var sharedInitramfs: String { "\(folder.path)/initramfs" }

  /// Gets the guest's kernel and makes its file system once for all machines that start here afterwards.
  public func prepareVirtualMachines(cancelled: () -> Bool = { false }) throws {
    _ = try Hypervisor(in: surroundings)
    _ = try GuestKernel.find(in: surroundings, say: say, cancelled: cancelled)
    if !Files.exists(sharedInitramfs) { try Files.create(sharedInitramfs, try Hypervisor.initramfs(service)) }
  }

  private func wait(
    for item: Record.Item, _ accelerator: Accelerator, limit: Duration, kernel: GuestKernel, monitor: String?,
    vsock: GuestVsock?, cancelled: () -> Bool, start: () throws -> ChildSupervisor
  ) throws -> StartedVirtualMachine {
    let watch = FolderWatch(path(of: item))
    let begin = ContinuousClock.now
    let requested = SystemClock.realtime.now
    let machine = try start()
    guard case .running(let pid) = machine.progress, let process = ProcessIdentity(of: pid) else {
      throw Failure.ended(name: item.name, reason: reason(of: item, machine))
    }
    do { try enter(process, for: item) } catch {
      _ = try? process.end(grace: .zero)  // nobody else knows of it
      throw error
    }
    do {
      let monitor = try monitor.map { try release(process, $0, machine, cancelled: cancelled) }
      starts.begin(
        process, name: item.name, requested: requested, serial: "\(path(of: item))/serial", monitor, vsock)
    } catch {
      if error is EndedEarly { throw Failure.ended(name: item.name, reason: reason(of: item, machine)) }
      throw error
    }
    let serial = "\(path(of: item))/serial"
    var (looked, hasStarted) = (requested, false)
    let ready = try Polling.wait(atMost: limit, watching: watch, cancelled: cancelled) {
      guard case .running = machine.progress else {
        throw Failure.ended(name: item.name, reason: reason(of: item, machine))
      }
      guard Files.exists(serial) else { return false }
      let now = SystemClock.realtime.now
      defer { looked = now }
      let said = try Files.text(serial)
      if !hasStarted, said.contains(Service.startedLine) {
        hasStarted = true
        starts.hear(.userspace, between: min(looked, now)...SystemClock.realtime.now, of: process)
      }
      guard said.contains(Service.readyLine) else { return false }
      starts.hear(.ready, between: min(looked, now)...SystemClock.realtime.now, of: process)
      return true
    }
    let readyAfter = ContinuousClock.now - begin
    guard ready else {
      let output = Excerpt.of((try? Files.read(serial)) ?? [])
      throw Failure.notReady(name: "\(item.name) under \(accelerator.rawValue)", limit: limit, output: output)
    }
    return StartedVirtualMachine(
      name: item.name, pid: pid, accelerator: accelerator, kernel: kernel.path, requested: begin,
      readyAfter: readyAfter)
  }

  /// Why QEMU does not run: how it ended, with the ends of its messages and of the guest's.
  private func reason(of item: Record.Item, _ machine: ChildSupervisor) -> String {
    let outputs = ["log", "serial"].map { Excerpt.of((try? Files.read("\(path(of: item))/\($0)")) ?? []) }
    let how =
      switch machine.progress {
      case .ended(let status): Command.meaning(of: status)
      case .failed(let failure): "\(failure)"
      case .starting, .running: "QEMU's process is gone"
      }
    return ([how] + outputs.filter { !$0.isEmpty }).joined(separator: ": ")
  }
}
