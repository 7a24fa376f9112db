internal import CLinux
internal import Glibc

/// What KVM tells of virtual machines as they come and go: uevents of `/devices/virtual/misc/kvm`, which every user hears.
public final class MachineEvents {
  public struct Event: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
      case create, destroy
    }
    public let kind: Kind
    /// The task that made the machine: a thread of the VMM.
    public let task: Int32

    public init(_ kind: Kind, task: Int32) {
      self.kind = kind
      self.task = task
    }
  }

  /// To wait on.
  public let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 8192)

  /// Nil where the kernel refuses.
  public init?() {
    descriptor = tare_uevents_open()
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Takes all that is there.
  /// - Returns: false where events were lost.
  public func drain(_ take: (Event) -> Void) -> Bool {
    var isWhole = true
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe tare_receive_from_kernel(descriptor, $0.baseAddress, UInt($0.count))
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == ENOBUFS {
          isWhole = false
          continue
        }
        return isWhole
      }
      if let event = Self.parse(buffer[..<count]) { take(event) }
    }
  }

  /// `change@/devices/virtual/misc/kvm`, then `KEY=value`, each ended by a NUL.
  static func parse(_ message: ArraySlice<UInt8>) -> Event? {
    let lines = message.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard lines.first == "change@/devices/virtual/misc/kvm" else { return nil }
    func value(_ key: String) -> String? {
      lines.first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    }
    guard let kind = value("EVENT").flatMap(Event.Kind.init), let task = value("PID").flatMap({ Int32($0) }), task > 0
    else { return nil }
    return Event(kind, task: task)
  }
}
