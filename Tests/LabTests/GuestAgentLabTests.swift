import Foundation
import Glibc
import Synchronization
import TareGuests
import TareLab
import TareModel
import TestSupport
import Testing

/// A real Linux guest under emulation with a real qemu-guest-agent in it, started as anybody would start it. It ends with
/// the object, and by itself after some minutes.
final class AgentGuest: Sendable {
  let name: String
  private let folder: String
  private let child: Child
  /// Between which instants its kernel said on the serial line that it runs its first program.
  let began: ClosedRange<Int64>
  let monitor: Monitor
  let pid: Int32
  /// As the name of its kernel's file has it.
  let kernelRelease: String
  private let heard = Mutex<[MonitorEvent]>([])

  var events: [MonitorEvent] { heard.withLock { $0 } }
  var machine: GuestMachine {
    GuestMachine(
      .init(pid: pid, start: UInt64((try? Kernel.startTicks(pid)) ?? "") ?? 0), name: name,
      agent: .socket(path: "\(folder)/agent", owner: geteuid()))
  }

  /// A monitor that nobody is connected to; there is one where there is a balloon.
  var spare: MachineSocket { MachineSocket(path: "\(folder)/spare", pid: pid, owner: geteuid()) }

  /// Bytes as its kernel counted them last.
  func meminfo() -> (total: UInt64, available: UInt64)? {
    let lines = String(decoding: FileManager.default.contents(atPath: "\(folder)/serial") ?? Data(), as: UTF8.self)
      .split(whereSeparator: \.isNewline).dropLast()
    func last(_ key: String) -> UInt64? {
      lines.last { $0.hasPrefix("\(key):") }?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    }
    guard let total = last("MemTotal"), let available = last("MemAvailable") else { return nil }
    return (total * 1024, available * 1024)
  }

  /// - Parameter balloon: properties of its balloon; with one, it has a disk and a second monitor, and its threads have no
  ///   names.
  init(_ name: String, words: String = "", balloon: String? = nil) throws {
    self.name = name
    let files = try AgentFiles.made.get()
    kernelRelease = String(files.kernel.split(separator: "/").last?.dropFirst("vmlinuz-".count) ?? "")
    folder = "\(Lab.base)/tare-agent-\(getpid())-\(UInt32.random(in: 0...0xFFFF))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let named = balloon == nil ? "\(name),debug-threads=on" : name
    var more: [String] = []
    if let balloon {
      _ = FileManager.default.createFile(atPath: "\(folder)/disk", contents: Data(count: 1 << 20))
      more = [
        "-device", "virtio-balloon-pci,\(balloon)", "-drive", "file=\(folder)/disk,if=virtio,format=raw", "-qmp",
        "unix:\(folder)/spare,server=on,wait=off",
      ]
    }
    child = try Child(
      [
        "timeout", "-s", "KILL", "300", "qemu-system-x86_64", "-S", "-name", named, "-M", "pc",
        "-accel", "tcg", "-cpu", "max", "-m", "192", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-serial", "file:\(folder)/serial", "-kernel", files.kernel, "-initrd", files.initramfs, "-append",
        "console=ttyS0 tsc=unstable reboot=t panic=-1 \(words)", "-device", "virtio-serial-pci", "-chardev",
        "socket,path=\(folder)/agent,server=on,wait=off,id=q", "-device",
        "virtserialport,chardev=q,id=agent0,name=org.qemu.guest_agent.0", "-chardev",
        // Not server=on,wait=off in so many words: tare leaves it to this test.
        "socket,path=\(folder)/monitor,server,nowait,id=m", "-mon", "chardev=m,mode=control",
      ] + more, Lab.environment())
    do {
      let own = child.pid
      let pid = until(within: .seconds(10)) {
        (try? String(contentsOfFile: "/proc/\(own)/task/\(own)/children", encoding: .utf8)).flatMap {
          Int32($0.trimmingCharacters(in: .whitespaces))
        }
      }
      self.pid = try #require(pid)
      let place = "\(folder)/monitor"
      _ = until(within: .seconds(10)) { exists(place) ? true : nil }
      usleep(50_000)
      monitor = try Monitor(MachineSocket(path: place, pid: self.pid, owner: geteuid()), within: .seconds(5))
      try monitor.execute(.proceed, within: .seconds(5))
      let serial = "\(folder)/serial"
      var before = realtime()
      let began = until(within: .seconds(90), every: 1000) { () -> ClosedRange<Int64>? in
        let now = realtime()
        defer { before = now }
        let text = FileManager.default.contents(atPath: serial) ?? Data()
        return text.range(of: Data("Run /init as init".utf8)) == nil ? nil : before...realtime()
      }
      self.began = try #require(began)
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
    try monitor.listen { [heard = Unowned(self)] event in heard.guest?.heard.withLock { $0.append(event) } }
  }

  /// One whose agent has opened its port; its balloon's driver is there then.
  static func running(_ name: String, words: String = "", balloon: String? = nil) throws -> AgentGuest {
    _ = try Lab.with("vm")
    do {
      let guest = try AgentGuest(name, words: words, balloon: balloon)
      #expect(guest.waitForAgent(), "\(guest.events)")
      return guest
    } catch let failure as Child.Failure {
      try Test.cancel("no guest agent: \(failure.description)")
    }
  }

  /// Whether its agent has opened its port.
  func waitForAgent() -> Bool {
    let isOpen = until(within: .seconds(60)) {
      events.contains { $0.kind == .port(id: "agent0", isOpen: true) } ? true : nil
    }
    return isOpen == true
  }

  deinit {
    monitor.hangUp()
    child.signal(SIGKILL)
    kill(pid, SIGKILL)
    _ = try? child.end(within: .seconds(5))
    try? FileManager.default.removeItem(atPath: folder)
  }
}

private final class Unowned: Sendable {
  private nonisolated(unsafe) weak var value: AgentGuest?
  var guest: AgentGuest? { unsafe value }
  init(_ value: AgentGuest) { unsafe self.value = value }
}

/// Kernel and initramfs of these guests, made once.
private struct AgentFiles {
  let kernel: String
  let initramfs: String

  static let made = Result {
    // The laboratory's machine has fetched a kernel where this one's own may not be read.
    let cache = try Lab.surroundings("/nowhere").cacheFolder
    let places = ["/boot", "\(cache)/kernel/boot"]
    let kernel = places.lazy.flatMap { place in
      ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter { $0.hasPrefix("vmlinuz-") }.sorted()
        .reversed().map { "\(place)/\($0)" }
    }.first
    guard let kernel else { throw Child.Failure(description: "no kernel for a guest") }
    let version = kernel.split(separator: "/").last!
    let final = "\(cache)/balloon-agent-\(version)"
    if !exists("\(final)/initramfs") {
      let new = "\(final).\(getpid())"
      try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: new) }
      let script = URL(filePath: Lab.script).deletingLastPathComponent().path + "/agent.sh"
      let child = try Child([script, new, kernel], Lab.environment())
      guard try child.end(within: .seconds(120)) == 0 else { throw Child.Failure(description: child.complaints) }
      try FileManager.default.moveItem(atPath: new, toPath: final)
    }
    return AgentFiles(kernel: kernel, initramfs: "\(final)/initramfs")
  }
}

extension LabTests {
  /// A guest's own agent, by --qmp, and QEMU's events.
  @Suite struct GuestAgentsOfVMs {
    private struct Row: Decodable {
      struct Phase: Decodable {
        let phase: String
        let label: String
        let source: String?
        let lo: String?
        let hi: String?
      }
      struct Boot: Decodable { let phases: [Phase] }
      let name: String
      let boot: Boot
    }
    private struct Rows: Decodable { let workloads: [Row] }

    private static func userspace(_ name: String, _ arguments: [String]) throws -> Row.Phase {
      let child = try Child([Tool.tare(), "snapshot", "--format", "json"] + arguments, Lab.environment())
      #expect(try child.end(within: .seconds(60)) == 0, "\(child.complaints)")
      let rows = try JSONDecoder().decode(Rows.self, from: Data(child.text.utf8))
      let row = try #require(rows.workloads.first { $0.name == name })
      return try #require(row.boot.phases.first { $0.phase == "userspace" })
    }

    private static func release(_ guest: AgentGuest) throws -> String? {
      let agents = GuestAgents(waits: true)
      agents.refresh([guest.machine])
      return agents.kernelRelease(of: guest.machine.identity)
    }

    @Test func `a guest that runs is asked with --qmp when its first program began, else not`() throws {
      let guest = try AgentGuest.running("agent-vm")
      #expect(try Self.userspace(guest.name, ["--interval", "0"]).label == "unknown")
      for arguments in [["--interval", "0"], ["--interval", "1500ms"]] {
        let phase = try Self.userspace(guest.name, ["--qmp"] + arguments)
        #expect(phase.label == "reported" && phase.source == "guest agent: the guest's kernel log")
        let (lo, hi) = (try nanoseconds(try #require(phase.lo)), try nanoseconds(try #require(phase.hi)))
        #expect(lo <= guest.began.upperBound && hi >= guest.began.lowerBound, "\(lo) \(guest.began) \(hi)")
        #expect(hi - lo < 500_000_000)
      }
      #expect(try Self.release(guest) == guest.kernelRelease)
      let doctor = try Child([Tool.tare(), "doctor"], Lab.environment())
      #expect(try doctor.end(within: .seconds(60)) == 0)
      let line = doctor.lines.first { $0.contains("could be asked with --qmp") }
      #expect(line?.contains(guest.name) == true, "\(doctor.text)")
      // QEMU's own word of the start, from its monitor.
      let resume = guest.events.first { $0.kind == .resume }
      #expect(resume.map { Int64($0.at) < guest.began.upperBound } == true)
    }

    @Test func `an agent that may not open files says what is missing`() throws {
      let guest = try AgentGuest.running("agent-block", words: "tare.block")
      #expect(try Self.release(guest) == guest.kernelRelease)
      let agents = GuestAgents(waits: true)
      agents.refresh([guest.machine])
      #expect(agents.signals(of: guest.machine.identity).isEmpty)
      #expect(
        agents.problems.map(\.message) == [
          "agent-block: its guest agent refuses guest-file-open: allow guest-file-open, -read and -close in the guest's qemu-ga"
        ])
    }
  }
}
