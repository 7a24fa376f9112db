internal import Glibc

/// The folders of one control group, which has one in each mounted hierarchy: several under cgroup v1, one under v2.
enum CgroupFolders {
  /// Mount points of all cgroup hierarchies, from the text of /proc/self/mountinfo (proc(5)).
  static func mountPoints(_ mountinfo: String) -> [String] {
    mounts(mountinfo).map(\.point)
  }

  /// Which of `cgroup` and `cgroup2` are mounted.
  static func types(_ mountinfo: String) -> Set<String> {
    Set(mounts(mountinfo).map(\.type))
  }

  private static func mounts(_ mountinfo: String) -> [(point: String, type: String)] {
    mountinfo.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 6, let dash = words[6...].firstIndex(of: "-"), dash + 1 < words.count else { return nil }
      guard words[dash + 1] == "cgroup" || words[dash + 1] == "cgroup2" else { return nil }
      return (unescape(words[4]), String(words[dash + 1]))
    }
  }

  /// Removes the group at `path` (such as `/tare/web`) and the groups inside it wherever they are; and their parent
  /// if that is empty then. Returns the folders that are still there.
  static func remove(_ path: String) throws -> [String] {
    let folders = mountPoints(try Files.text("/proc/self/mountinfo")).map { $0 + path }
    // A group cannot be removed for some milliseconds after its last process has ended.
    _ = try Polling.wait(atMost: .seconds(2)) {
      for folder in folders { removeGroup(folder) }
      return !folders.contains { Files.exists($0) }
    }
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    if !parent.isEmpty {
      for folder in folders { unsafe rmdir("\(folder.dropLast(path.utf8.count))/\(parent)") }
    }
    return folders.filter { Files.exists($0) }
  }

  /// Inner groups first. The files of a group are not removed: they go with it.
  private static func removeGroup(_ folder: String) {
    if unsafe rmdir(folder) == 0 || errno == ENOENT { return }
    for name in (try? Files.names(in: folder)) ?? [] {
      var status = stat()
      let inner = "\(folder)/\(name)"
      if unsafe lstat(inner, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR { removeGroup(inner) }
    }
    unsafe rmdir(folder)
  }

  /// Undoes the kernel's `\040` for a space and the like.
  private static func unescape(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(3), as: UTF8.self)
      if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let value = UInt8(digits, radix: 8) {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
