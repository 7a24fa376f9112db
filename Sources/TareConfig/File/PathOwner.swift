internal import CLinux
internal import Glibc

/// Who else than root decides what stands at a path: the owner of the first folder, link or file on the way that is not
/// root's.
struct PathOwner {
  let user: uid_t
  let group: gid_t

  /// As many links as the kernel follows.
  private static let mostLinks = 40

  /// Nil where all of them are root's, and where there is no such path.
  init?(of path: String) {
    var rest = path.split(separator: "/").map(String.init)[...]
    var place = ""
    var links = 0
    while let part = rest.popFirst() {
      if part == ".." { place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? "" }
      if part == "." || part == ".." { continue }
      var status = stat()
      guard unsafe lstat("\(place)/\(part)", &status) == 0 else { return nil }
      if status.st_uid != 0 {
        (user, group) = (status.st_uid, status.st_gid)
        return
      }
      guard status.st_mode & S_IFMT == S_IFLNK else {
        place += "/\(part)"
        continue
      }
      links += 1
      guard links <= Self.mostLinks, let target = Self.target("\(place)/\(part)") else { return nil }
      if target.hasPrefix("/") { place = "" }
      rest = target.split(separator: "/").map(String.init) + rest
    }
    return nil
  }

  private static func target(_ link: String) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { target in
      let count = unsafe readlink(link, target.baseAddress!, target.count)
      return count < 0 ? nil : unsafe String(decoding: UnsafeRawBufferPointer(target)[..<count], as: UTF8.self)
    }
  }
}
