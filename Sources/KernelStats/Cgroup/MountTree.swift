/// The mounts of `/proc/self/mountinfo`, each with the one that it lies on: which of them can be reached, and which are
/// hidden under others. From proc_pid_mountinfo(5).
struct MountTree {
  struct Entry {
    let id: Int?
    let parent: Int?
    /// The folder of its file system that is seen here.
    let root: Substring
    let point: String
    /// `cgroup`, `cgroup2`.
    let type: Substring
    /// Of its file system.
    let options: [Substring]
    /// As it was read.
    let line: Substring
  }

  let entries: [Entry]
  /// Places in `entries` by number.
  private var places: [Int: Int] = [:]
  private var children: [Int: [Int]] = [:]

  init(_ bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    var entries: [Entry] = []
    while !cursor.isAtEnd(bytes) {
      let line = cursor.restOfLine(bytes)
      cursor.skipLine(bytes)
      if line.isEmpty { continue }
      // 36 35 98:0 /root /mount/point options - type source superoptions
      // A mount may have no source: two blanks.
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash >= 6 else {
        throw FormatError(line: cursor.line - 1, expected: "a mount with a dash and three fields after it", found: nil)
      }
      entries.append(
        Entry(
          id: Int(fields[0]), parent: Int(fields[1]), root: fields[3], point: unescapeMount(fields[4]),
          type: fields[dash + 1], options: fields[dash + 3].split(separator: ","), line: line[...]))
    }
    self.entries = entries
    for (place, entry) in entries.enumerated() {
      if let id = entry.id, places[id] == nil { places[id] = place }
      if let parent = entry.parent { children[parent, default: []].append(place) }
    }
  }

  /// Mounts of cgroup hierarchies that can be reached, as they were read.
  var cgroupLines: [Substring] {
    entries.indices.filter { isCgroup($0) && !isHidden($0) }.map { entries[$0].line }
  }

  func isCgroup(_ place: Int) -> Bool { entries[place].type == "cgroup" || entries[place].type == "cgroup2" }

  /// Whether another mount lies over this one, or over a folder on the way to it.
  func isHidden(_ place: Int) -> Bool {
    let own = entries[place]
    if mounts(on: place).contains(where: { entries[$0].point == own.point }) { return true }
    var place = place
    for _ in 0..<Self.deepest {
      let entry = entries[place]
      guard let parent = entry.parent else { return false }
      let beside = children[parent] ?? []
      if beside.contains(where: { $0 != place && entry.point.isFile(below: entries[$0].point) }) { return true }
      guard let next = places[parent], next != place else { return false }
      place = next
    }
    return false
  }

  /// Mount points below this one that lie on it.
  func holes(in place: Int) -> [String] {
    mounts(on: place).map { entries[$0].point }.filter { $0 != entries[place].point }
  }

  private func mounts(on place: Int) -> [Int] {
    guard let id = entries[place].id, places[id] == place else { return [] }
    return (children[id] ?? []).filter { $0 != place }
  }

  /// Mounts that lie on each other.
  private static let deepest = 64
}

extension String {
  /// Whether this path lies below a folder, and is not the folder itself.
  fileprivate func isFile(below folder: String) -> Bool {
    utf8.count > folder.utf8.count && (folder == "/" || isCgroup(inside: folder))
  }
}
