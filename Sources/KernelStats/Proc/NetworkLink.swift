internal import CLinux
internal import Glibc

/// What kind of thing an interface of a network namespace is, and what it is made over. From rtnetlink(7), RTM_NEWLINK.
public struct NetworkLink: Sendable, Hashable {
  public let name: String
  /// `veth`, `bridge`, `tun`, …; empty for a physical device.
  public let kind: String
  /// The other end of a pair, or the interface below it, is in the same namespace.
  public let isOverAnother: Bool
  /// It is a port of a bridge or a part of a bond of the same namespace.
  public let isPort: Bool

  public init(name: String, kind: String, isOverAnother: Bool = false, isPort: Bool = false) {
    (self.name, self.kind, self.isOverAnother, self.isPort) = (name, kind, isOverAnother, isPort)
  }

  /// The interfaces of the namespace of a process; nil where it may not be entered. Costs a thread and 0.1 ms, so it is for once
  /// in a workload's life, and when an interface comes.
  public static func all(inNamespaceOf pid: Int32) -> [NetworkLink]? {
    let space = unsafe open("/proc/\(pid)/ns/net", O_RDONLY | O_CLOEXEC)
    guard space >= 0 else { return nil }
    defer { close(space) }
    var answer = [UInt8](repeating: 0, count: 1 << 18)
    let length = unsafe answer.withUnsafeMutableBytes { bytes in
      unsafe tare_namespace_links(space, bytes.baseAddress!, bytes.count)
    }
    guard length > 0 else { return nil }
    return list(answer.span.extracting(first: length))
  }

  /// Messages of the kernel; what is cut or of another type is left out.
  static func list(_ bytes: Span<UInt8>) -> [NetworkLink] {
    var links: [NetworkLink] = []
    var at = 0
    while at + 16 <= bytes.count {
      let (size, type) = (Int(number(bytes, at, 4)), number(bytes, at + 4, 2))
      guard size >= 16, at + size <= bytes.count else { break }
      if type == Self.newLink, size >= 32, let link = link(bytes, at + 16, end: at + size) { links.append(link) }
      at += (size + 3) & ~3
    }
    return links
  }

  private static let newLink: UInt64 = 16
  // Attributes of linux/if_link.h.
  private static let (name, link, master, info, space): (UInt64, UInt64, UInt64, UInt64, UInt64) = (3, 5, 10, 18, 37)
  private static let kindOfInfo: UInt64 = 1

  /// `struct ifinfomsg`, then attributes.
  private static func link(_ bytes: Span<UInt8>, _ start: Int, end: Int) -> NetworkLink? {
    let index = number(bytes, start + 4, 4)
    var (name, kind, below, isElsewhere, isPort): (String?, String, UInt64, Bool, Bool) = (nil, "", 0, false, false)
    attributes(bytes, start + 16, end: end) { type, from, to in
      switch type {
      case Self.name: name = word(bytes, from, to)
      case Self.link where to - from >= 4: below = number(bytes, from, 4)
      case Self.master: isPort = true
      case Self.space: isElsewhere = true
      case Self.info:
        attributes(bytes, from, end: to) { type, from, to in
          if type == kindOfInfo { kind = word(bytes, from, to) }
        }
      default: break
      }
    }
    guard let name else { return nil }
    return NetworkLink(
      name: name, kind: kind, isOverAnother: below != 0 && below != index && !isElsewhere, isPort: isPort)
  }

  private static func attributes(_ bytes: Span<UInt8>, _ start: Int, end: Int, _ body: (UInt64, Int, Int) -> Void) {
    var at = start
    while at + 4 <= end {
      let size = Int(number(bytes, at, 2))
      guard size >= 4, at + size <= end else { return }
      // The two highest bits are flags.
      body(number(bytes, at + 2, 2) & 0x3fff, at + 4, at + size)
      at += (size + 3) & ~3
    }
  }

  /// In the byte order of all machines that tare runs on.
  private static func number(_ bytes: Span<UInt8>, _ at: Int, _ size: Int) -> UInt64 {
    (0..<size).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
  }

  private static func word(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) -> String {
    var end = from
    while end < to, bytes[end] != 0 { end += 1 }
    return text(bytes, from..<end)
  }
}
