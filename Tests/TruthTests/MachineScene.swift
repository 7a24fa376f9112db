import Foundation
import Glibc
import KernelStats
import Synchronization
import TareModel
import TestSupport

@testable import TareSampling

/// Machines whose firmware says over a second port what it does; there is nothing else in them.
final class MachineScene: TruthScene {
  static let canRun = geteuid() == 0 && has("qemu-system-x86_64", "gcc", "ld")
  static let canUseKVM = unsafe canRun && access("/dev/kvm", R_OK | W_OK) == 0

  override init() throws {
    try super.init()
    try Self.run(["gcc", "-c", "-o", folder.absolute("truth.o"), Self.source("truth.S")])
    let link = ["ld", "-Ttext=0", "-e", "0", "--oformat", "binary"]
    try Self.run(link + ["-o", folder.absolute("bios"), folder.absolute("truth.o")])
  }

  /// Starts one machine and looks at it in both ways.
  /// - Parameter accelerator: `kvm` or `tcg`.
  func start(_ accelerator: String) throws -> Truth {
    let number = nextNumber()
    let (port, serial) = (folder.absolute("port-\(number)"), folder.absolute("serial-\(number)"))
    let clock = try PortClock(port)
    // The watch listens from here on; a sampler is there, as in every mode that goes on for long.
    _ = try? look([], watch) { _ in true }
    let launched = try launch([
      "qemu-system-x86_64", "-name", "truth-\(number),debug-threads=on", "-M", "microvm", "-accel", accelerator,
      "-cpu",
      accelerator == "kvm" ? "host,-arch-capabilities" : "max", "-m", "32", "-nodefaults", "-no-user-config",
      "-display", "none", "-bios", folder.absolute("bios"), "-serial", "file:\(serial)", "-debugcon", "file:\(port)",
    ])
    defer { launched.kill() }
    guard let told = until(within: .seconds(20), { clock.told.count == 5 ? clock.told : nil }) else {
      throw Child.Failure(description: "the machine said \(clock.told.map(\.letter)): \(launched.child.complaints)")
    }
    func between(_ first: Character, _ last: Character) throws -> ClosedRange<UInt64> {
      guard let begin = told.first(where: { $0.letter == first }), let end = told.first(where: { $0.letter == last })
      else { throw Child.Failure(description: "the machine said \(told.map(\.letter))") }
      return begin.instants.lowerBound...end.instants.upperBound
    }
    let offset = offset
    usleep(30_000)
    func isIt(_ workload: Workload) -> Bool { workload.mainPid == launched.pid }
    return Truth(
      spawned: launched.spawned, executed: try between("X", "X"), userspace: try between("U", "u"),
      ready: try between("A", "a"),
      live: try look([QemuSource()], watch, isIt), later: try look([QemuSource()], nil, isIt), offset: offset)
  }
}

/// What came out of a port, letter by letter, and between what instants: monotonic nanoseconds. It asks again and again
/// without a pause, so that each letter lies between a look that found nothing and the one that found it, however long this
/// thread is held up.
final class PortClock: Sendable {
  struct Letter {
    let letter: Character
    let instants: ClosedRange<UInt64>
  }

  private let letters = Mutex<[Letter]>([])
  private let descriptor: Int32

  init(_ path: String) throws {
    guard unsafe mkfifo(path, 0o600) == 0 else { throw Child.Failure(description: "no fifo \(path)") }
    // For both directions, so that it never ends and nobody waits for it to be opened.
    descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Child.Failure(description: "cannot open \(path)") }
    let thread = Thread { [self] in listen() }
    thread.start()
  }

  deinit { close(descriptor) }

  var told: [Letter] { letters.withLock { $0 } }

  private func listen() {
    var byte: UInt8 = 0
    var (count, empty) = (0, TruthScene.now())
    let end = empty + 30_000_000_000
    while count < 5, empty < end {
      let begun = TruthScene.now()
      if unsafe read(descriptor, &byte, 1) == 1 {
        let letter = Letter(letter: Character(UnicodeScalar(byte)), instants: empty...TruthScene.now())
        letters.withLock { $0.append(letter) }
        count += 1
      } else {
        empty = begun
      }
    }
  }
}
