internal import CLinux
internal import Glibc

/// What the kernel tells of cgroups as they are made and removed: inotify(7) on the folders above them, in both versions of cgroups.
/// It sees into no folder that it was not told of.
public final class CgroupEvents {
  public struct Event: Sendable, Hashable {
    /// The folder that was watched.
    public let parent: String
    public let name: String
    /// It was removed, not made.
    public let isRemoval: Bool

    public var path: String { "\(parent)/\(name)" }

    public init(parent: String, name: String, isRemoval: Bool = false) {
      self.parent = parent
      self.name = name
      self.isRemoval = isRemoval
    }
  }

  /// Folders watched at most: each is a few hundred bytes in the kernel, and a user may have so many and no more.
  public static let most = 2048

  /// To wait on.
  public let descriptor: Int32
  private var folders: [Int32: String] = [:]
  private var watched: Set<String> = []

  /// Nil where the kernel gives no more of them to this user.
  public init?() {
    descriptor = tare_inotify()
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// - Returns: false where it is watched already, is gone, or is one too many.
  public func watch(_ folder: String) -> Bool {
    guard watched.count < Self.most, !watched.contains(folder) else { return false }
    let place = unsafe folder.withCString {
      unsafe tare_inotify_folder(descriptor, $0, Self.created | Self.removed | Self.noLinks)
    }
    guard place >= 0 else { return false }
    folders[place] = folder
    watched.insert(folder)
    return true
  }

  /// Takes all that is there.
  /// - Returns: false where events were lost.
  public func drain(_ take: (Event) -> Void) -> Bool {
    var isWhole = true
    unsafe withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
      while true {
        let count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
        if unsafe !parse(bytes.bytes, take) { isWhole = false }
      }
    }
    return isWhole
  }

  /// From inotify(7): watch, mask, cookie, length of the name, four bytes each, then the name, filled up with NUL.
  func parse(_ bytes: RawSpan, _ take: (Event) -> Void) -> Bool {
    func word(_ at: Int) -> UInt32 { unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self) }
    var isWhole = true
    var at = 0
    while at + 16 <= bytes.byteCount {
      let (place, mask, length) = (Int32(bitPattern: word(at)), word(at + 4), Int(word(at + 12)))
      let begin = at + 16
      guard length <= bytes.byteCount - begin else { return isWhole }
      at = begin + length
      if mask & Self.overflow != 0 { isWhole = false }
      guard let parent = folders[place] else { continue }
      if mask & Self.isGone != 0 {
        folders[place] = nil
        watched.remove(parent)
      } else if mask & (Self.created | Self.removed) != 0, mask & Self.isFolder != 0 {
        var name: [UInt8] = []
        for offset in 0..<length {
          let byte = unsafe bytes.unsafeLoad(fromByteOffset: begin + offset, as: UInt8.self)
          if byte == 0 { break }
          name.append(byte)
        }
        take(
          Event(
            parent: parent, name: String(decoding: name, as: UTF8.self), isRemoval: mask & Self.removed != 0))
      }
    }
    return isWhole
  }

  // <sys/inotify.h>
  private static let created: UInt32 = 0x100
  private static let removed: UInt32 = 0x200
  private static let noLinks: UInt32 = 0x200_0000
  private static let overflow: UInt32 = 0x4000
  private static let isGone: UInt32 = 0x8000
  private static let isFolder: UInt32 = 0x4000_0000
}
