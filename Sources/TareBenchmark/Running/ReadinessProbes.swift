internal import CLinux
internal import Glibc
internal import LinuxSystem

/// Tells when a file is there, by inotify(7) on the nearest folder above it that there is.
final class FileProbe {
  private let path: String
  private let watch = Descriptor(tare_inotify())
  private var place: Int32 = -1

  init(_ path: String) { self.path = path }

  var descriptor: Int32 { watch.number }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }

  /// Whether it is there. If not, the next thing that can make it so is watched.
  func look() -> Bool {
    forgetEvents()
    while !Self.exists(path) {
      let folder = nearestFolder()
      let new = unsafe tare_inotify_folder(
        watch.number, folder, UInt32(IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF))
      if place >= 0, new != place { tare_inotify_remove(watch.number, place) }
      place = new
      // A folder that came, or went, before it was watched.
      if new >= 0, folder == nearestFolder() { return Self.exists(path) }
      if new < 0, errno != ENOENT, errno != ENOTDIR { return false }
    }
    return true
  }

  private func nearestFolder() -> String {
    var parts = path.split(separator: "/").dropLast()
    let start = path.hasPrefix("/") ? "/" : "./"
    while !parts.isEmpty {
      let folder = start + parts.joined(separator: "/")
      var status = stat()
      if unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return folder }
      parts.removeLast()
    }
    return start
  }

  private func forgetEvents() {
    unsafe withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
      while unsafe read(watch.number, buffer.baseAddress, buffer.count) > 0 {}
    }
  }
}

/// The socket that NOTIFY_SOCKET names, in a private folder (sd_notify(3)).
final class NotifyProbe {
  private let folder: String
  private let socket: Descriptor

  init(below parent: String) throws(SystemError) {
    var template = Array("\(parent)/tare-boot-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
    guard isMade else { throw SystemError("make a folder in", parent) }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    socket = Descriptor(unsafe tare_datagram_socket("\(folder)/notify"))
    guard socket.number >= 0 else {
      let failure = SystemError("make the socket", path)
      unsafe rmdir(folder)
      throw failure
    }
  }

  var path: String { "\(folder)/notify" }
  var descriptor: Int32 { socket.number }

  /// Takes what was said, and tells whether `READY=1` was among it.
  func look() -> Bool {
    var isReady = false
    unsafe withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { buffer in
      while true {
        let count = unsafe recv(socket.number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { return }
        let text = unsafe String(decoding: UnsafeRawBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
        if text.split(separator: "\n").contains("READY=1") { isReady = true }
      }
    }
    return isReady
  }

  deinit {
    socket.shut()
    unsafe unlink(path)
    unsafe rmdir(folder)
  }
}
