internal import CLinux
internal import Glibc

/// What the kernel tells of processes as they come and go: the proc connector (connector.rst, linux/cn_proc.h). Needs
/// CAP_NET_ADMIN before Linux 6.6, and the machine's own namespaces.
public final class ProcessEvents {
  /// Instants are monotonic nanoseconds, taken by the kernel.
  public enum Event: Sendable, Hashable {
    /// A process; threads are left out.
    case fork(parent: Int32, child: Int32, at: UInt64)
    case exec(process: Int32, at: UInt64)
    case exit(process: Int32, at: UInt64)
  }

  /// To wait on.
  public let descriptor: Int32
  /// The kernel sends each event as a message of its own, of 76 bytes.
  private static let (slot, slots) = (256, 64)
  private var buffer = [UInt8](repeating: 0, count: slot * slots)
  private var lengths = [Int32](repeating: 0, count: slots)

  /// Nil where the kernel refuses. That it takes the listener does not mean that it tells it anything: see
  /// ``KernelProbes/procConnector()``.
  public init?() {
    descriptor = tare_proc_events_open()
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Takes all that is there.
  /// - Returns: false where events were lost, because they came faster than they were taken.
  public func drain(_ take: (Event) -> Void) -> Bool {
    var isWhole = true
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe tare_receive_many_from_kernel(
          descriptor, bytes.baseAddress, Int32(Self.slot), Int32(Self.slots), &lengths)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == ENOBUFS {
          isWhole = false
          continue
        }
        return isWhole
      }
      for index in 0..<Int(count) where lengths[index] > 0 {
        let begin = index * Self.slot
        Self.parse(buffer.span.extracting(begin..<begin + Int(lengths[index])), take)
      }
      if count < Self.slots { return isWhole }
    }
  }

  /// Netlink messages: a header of 16 bytes, the connector's of 20, then what, cpu, time (8), and what belongs to it.
  static func parse(_ bytes: Span<UInt8>, _ take: (Event) -> Void) {
    func word(_ at: Int) -> UInt32 {
      unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self)
    }
    func process(_ at: Int) -> Int32 { Int32(bitPattern: word(at)) }
    var begin = 0
    while begin + 16 <= bytes.count {
      let length = Int(word(begin))
      guard length >= 16, begin + length <= bytes.count else { return }
      defer { begin += (length + 3) & ~3 }
      let event = begin + 36
      guard length >= 36 + 24 else { continue }
      let at = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: event + 8, as: UInt64.self)
      switch word(event) {
      case 0x1:
        // Parent's task and process, child's task and process: a thread's two differ.
        guard length >= 36 + 32, process(event + 24) == process(event + 28) else { continue }
        take(.fork(parent: process(event + 20), child: process(event + 28), at: at))
      case 0x2: take(.exec(process: process(event + 20), at: at))
      case 0x8000_0000:
        guard process(event + 16) == process(event + 20) else { continue }
        take(.exit(process: process(event + 20), at: at))
      default: continue
      }
    }
  }
}
