internal import CLinux
internal import Glibc

extension KernelRoot {
  /// The largest state file that is read.
  public static let trustedLimit = 1 << 20

  /// Reads a file whose path a process, a state file or a working directory named. Followed only if every folder on the
  /// way and the file belong to root or to `owner`, and nobody else may write them; no symbolic links; regular files of at
  /// most `limit` bytes. A sticky folder such as /tmp may be written by all, because nobody can replace another's entry in it.
  public func readTrusted(_ path: String, owner: UInt32, limit: Int = KernelRoot.trustedLimit) throws(KernelError)
    -> [UInt8]
  {
    var buffer = [UInt8](repeating: 0, count: 8192)
    guard isLive else {
      let count = try readPrivately(path, into: &buffer, limit: limit)
      return Array(buffer[..<count])
    }
    let fd = try openTrusted(path, owner: owner)
    defer { close(fd) }
    let count = try readAll(fd, into: &buffer, path: path, limit: limit)
    return Array(buffer[..<count])
  }

  /// Opens such a file to be read as it grows; the caller closes it. Only on the live machine.
  public func openTrusted(_ path: String, owner: UInt32) throws(KernelError) -> Int32 {
    try openTrusted(path, ProcessFiles(owner: owner))
  }

  /// As ``openTrusted(_:owner:)``, from where the paths of a process count. Only for sizes and for lines that are looked
  /// for: what such a file holds is of no further use, and is shown nowhere.
  public func openTrusted(_ path: String, _ files: ProcessFiles) throws(KernelError) -> Int32 {
    let owner = files.owner
    guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
      throw .untrusted(path: path, why: "not an absolute path")
    }
    let parts = path.split(separator: "/")
    guard let name = parts.last else { throw .untrusted(path: path, why: "no file") }
    var folder: Int32
    if let process = files.inside {
      guard let top = ProcessFiles.rootFolder(of: process) else {
        throw .untrusted(path: path, why: "its mounts are not those of root")
      }
      folder = top
    } else {
      folder = unsafe tare_openat(AT_FDCWD, "/", pathOnly, 0)
    }
    guard folder >= 0 else { throw KernelError(path: path, code: errno) }
    defer { close(folder) }
    for part in parts.dropLast() {
      let next = unsafe tare_openat2(folder, String(part), UInt64(pathOnly), 0, noLinks)
      guard next >= 0 else { throw KernelError(path: path, code: errno) }
      close(folder)
      folder = next
      try check(next, path: path, owner: owner, isFolder: true)
    }
    // Looked at before it is opened: a pipe's writer waits for somebody to open it, and would take tare for its reader.
    let place = unsafe tare_openat2(folder, String(name), UInt64(TARE_O_PATH), 0, noLinks)
    guard place >= 0 else { throw KernelError(path: path, code: errno) }
    defer { close(place) }
    try check(place, path: path, owner: owner, isFolder: false)
    let fd = unsafe tare_openat(AT_FDCWD, "/proc/self/fd/\(place)", O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)
    guard fd >= 0 else { throw KernelError(path: path, code: errno) }
    return fd
  }

  private func check(_ fd: Int32, path: String, owner: UInt32, isFolder: Bool) throws(KernelError) {
    var status = stat()
    guard unsafe fstat(fd, &status) == 0 else { throw KernelError(path: path, code: errno) }
    guard status.st_uid == 0 || status.st_uid == owner else {
      throw .untrusted(path: path, why: "a folder or file on the way belongs to user \(status.st_uid)")
    }
    let othersWrite = status.st_mode & 0o022 != 0
    let isSticky = isFolder && status.st_mode & S_ISVTX != 0
    guard !othersWrite || isSticky else {
      throw .untrusted(path: path, why: "a folder or file on the way may be written by others")
    }
    guard isFolder || status.st_mode & S_IFMT == S_IFREG else { throw .untrusted(path: path, why: "no regular file") }
  }
}

private let pathOnly = Int32(TARE_O_PATH) | O_DIRECTORY
private let noLinks = UInt64(RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)
