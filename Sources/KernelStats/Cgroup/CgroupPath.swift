/// A cgroup's path as the kernel writes it to a reader in a cgroup namespace: from the namespace's root so many groups up,
/// then down. From cgroup_namespaces(7).
public struct CgroupPath: Sendable, Hashable {
  /// How many `/..` it begins with: 0 inside of the namespace.
  public let above: Int
  /// The rest: empty, or `/a/b`.
  public let names: String

  public init(above: Int = 0, names: String) { (self.above, self.names) = (above, names) }

  public init(_ path: String) {
    var rest = path.utf8[...]
    var above = 0
    while rest.starts(with: "/..".utf8) {
      let next = rest.dropFirst(3)
      guard next.isEmpty || next.first == UInt8(ascii: "/") else { break }
      (rest, above) = (next, above + 1)
    }
    self.above = above
    names = rest.elementsEqual("/".utf8) ? "" : String(Substring(rest))
  }

  /// As the kernel writes it: `/`, `/a/b`, `/../a`, `/../..`.
  public var text: String {
    let text = String(repeating: "/..", count: above) + names
    return text.isEmpty ? "/" : text
  }

  /// What is left of it below a group; nil where it is not in that group, or it cannot be known: of a group above the
  /// namespace's root the path down to that root is not written.
  public func rest(below group: CgroupPath) -> String? {
    guard above == group.above, names.isCgroup(inside: group.names) else { return nil }
    return String(names.utf8.dropFirst(group.names.utf8.count))
  }

  /// The cgroup above it; nil at the top.
  var parent: CgroupPath? {
    guard let slash = names.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return CgroupPath(above: above, names: String(names[..<slash]))
  }

  /// The kernel writes no longer ones: PATH_MAX.
  public static let longest = 4096

  /// Whether the kernel writes such a path: no empty names, no `.`, and `..` only at the beginning. It becomes part of a
  /// path of files, which must not lead out of the hierarchy.
  static func isKernels(_ path: Substring) -> Bool {
    guard path.utf8.count <= longest, path.utf8.first == UInt8(ascii: "/") else { return false }
    if path.utf8.count == 1 { return true }
    var isBelow = false
    for name in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if name.isEmpty || name.elementsEqual(".".utf8) { return false }
      if !name.elementsEqual("..".utf8) { isBelow = true } else if isBelow { return false }
    }
    return true
  }
}

extension String {
  /// Of this cgroup and those above it the innermost whose names are the end of a longer path.
  public func cgroup(named path: String) -> String? {
    var group: CgroupPath? = CgroupPath(self)
    while let one = group, !one.names.isEmpty {
      if path.utf8.count >= one.names.utf8.count, path.utf8.suffix(one.names.utf8.count).elementsEqual(one.names.utf8) {
        return one.text
      }
      group = one.parent
    }
    return nil
  }
}
