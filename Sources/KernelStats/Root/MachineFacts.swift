internal import CLinux
internal import Glibc
internal import LinuxSystem
public import TareModel

/// An instant on the three clocks, read together. Nanoseconds.
public struct Instant: Sendable, Hashable, Codable {
  /// Since 1970.
  public var realtime: UInt64
  public var monotonic: UInt64
  /// Since boot, with the time that the machine slept.
  public var boottime: UInt64

  public init(realtime: UInt64, monotonic: UInt64, boottime: UInt64) {
    self.realtime = realtime
    self.monotonic = monotonic
    self.boottime = boottime
  }

  /// All three at the same moment: instants of one clock become those of another by their distance, so a process that is
  /// held up between two reads reads again.
  static func now() -> Instant {
    var best: (instant: Instant, width: UInt64)?
    for _ in 0..<8 {
      let before = SystemClock.monotonic.now
      let (realtime, boottime) = (SystemClock.realtime.now, SystemClock.boottime.now)
      let width = SystemClock.monotonic.now &- before
      let instant = Instant(realtime: realtime, monotonic: before &+ width / 2, boottime: boottime)
      if width <= best?.width ?? .max { best = (instant, width) }
      if width < 1000 { break }
    }
    return best!.instant
  }
}

/// What is asked of the machine otherwise than by reading a file.
public struct MachineFacts: Sendable, Hashable, Codable {
  /// Bytes.
  public var pageSize: UInt64
  /// Clock ticks a second, the unit of `/proc/PID/stat`.
  public var clockTicks: UInt64
  /// Effective user of tare.
  public var uid: UInt32
  /// What the outer hypervisor calls itself, such as KVMKVMKVM; empty where there is none.
  public var hypervisorSignature: String
  /// `/dev/kvm` may be opened for reading and writing.
  public var kvmAvailable: Bool
  /// Why processes of the machine cannot be seen; nil where they can.
  public var hidden: HiddenProcesses?

  /// The namespace and the mount of /proc are those of the start.
  private static let hidden = ProcessSight.live().hidden

  static func live() -> MachineFacts {
    var signature = [CChar](repeating: 0, count: 13)
    unsafe signature.withUnsafeMutableBufferPointer { unsafe tare_hypervisor_signature($0.baseAddress!) }
    let letters = signature.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return MachineFacts(
      pageSize: UInt64(sysconf(Int32(_SC_PAGESIZE))), clockTicks: UInt64(sysconf(Int32(_SC_CLK_TCK))), uid: geteuid(),
      hypervisorSignature: String(decoding: letters, as: UTF8.self),
      kvmAvailable: isKvmAvailable, hidden: hidden)
  }

  /// Whether `/dev/kvm` may be opened for reading and writing now: its module can be loaded later.
  public static var isKvmAvailable: Bool { unsafe access("/dev/kvm", R_OK | W_OK) == 0 }

  /// Nanoseconds in one tick.
  public var tick: UInt64 { 1_000_000_000 / clockTicks }
}
