internal import Glibc

/// What helps a user whom a file refuses: by who that is, and by the file's owner, group and mode.
public struct SocketAccess: Sendable, Hashable {
  public var owner: UInt32
  public var group: UInt32
  /// Permission bits.
  public var mode: UInt32

  public init(owner: UInt32, group: UInt32, mode: UInt32) { (self.owner, self.group, self.mode) = (owner, group, mode) }

  /// Nil where this user may not see the file either.
  public init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(owner: status.st_uid, group: status.st_gid, mode: status.st_mode & 0o7777)
  }

  /// The group whose members may write to it, where that is not root's.
  public var openGroup: UInt32? { mode & 0o020 != 0 && group != 0 ? group : nil }

  /// - Parameters:
  ///   - user: effective user of whoever was refused.
  ///   - name: of a group by its number.
  /// - Returns: nil where nothing is known to help: root is refused by something else than the mode.
  public func remedy(for user: UInt32, groupName name: (UInt32) -> String?) -> String? {
    if user == 0 { return nil }
    if let openGroup { return "join the group \(name(openGroup) ?? String(openGroup)), or run as root" }
    return "run as root"
  }

  /// Of this process, whose remedy for a path that it may not open.
  public static func remedy(for path: String) -> String? {
    let user = geteuid()
    guard let access = SocketAccess(of: path) else { return user == 0 ? nil : "run as root" }
    return access.remedy(for: user, groupName: groupName)
  }

  /// As the file of groups has it; nil for one that is not in it.
  public static func groupName(_ group: UInt32) -> String? {
    guard let file = unsafe fopen("/etc/group", "re") else { return nil }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let fields = text.split(separator: ":", omittingEmptySubsequences: false)
      // A name may hold anything; this is not one that a person could type otherwise.
      if fields.count > 2, fields[2] == String(group), fields[0].utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
        return String(fields[0])
      }
    }
    return nil
  }
}
