internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// The machine as tare sees it: files below a folder and clocks. `/` for the live machine; the folder of a captured host
/// for a replay, which has neither sockets nor live clocks. All reads go through here, which is why a capture is complete.
public final class KernelRoot: Sendable {
  public let facts: MachineFacts
  /// What the capture says of itself; nil on the live machine.
  public let manifest: CaptureManifest?
  private let folder: Int32
  private let recorder: Recorder?
  private let instant = Atomic<Int>(0)
  /// Opened when it is first asked; nil inside where the kernel refuses.
  private let taskstats = Mutex<Taskstats??>(nil)

  /// The live machine. With a recorder, everything that is read is copied as well.
  public init(recorder: Recorder? = nil) {
    folder = -1
    manifest = nil
    facts = .live()
    self.recorder = recorder
  }

  /// A captured host.
  public init(replaying path: String) throws(KernelError) {
    let folder = unsafe tare_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0)
    guard folder >= 0 else { throw KernelError(path: path, code: errno) }
    self.folder = folder
    do throws(KernelError) {
      let fd = try Self.open(
        below: folder, "/\(CaptureManifest.fileName)", shown: "\(path)/\(CaptureManifest.fileName)")
      defer { close(fd) }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = try readAll(fd, into: &buffer, path: path, limit: 1 << 20)
      manifest = try CaptureManifest(json: buffer[..<count], path: "\(path)/\(CaptureManifest.fileName)")
    } catch {
      close(folder)
      throw error
    }
    facts = manifest!.facts
    recorder = nil
  }

  deinit {
    if folder >= 0 { close(folder) }
  }

  public var isLive: Bool { manifest == nil }

  /// Whether an open file shows the newest figures when it is read again. In a capture every instant has files of its own.
  public var holdsDescriptors: Bool { isLive && recorder == nil }

  public func now() -> Instant {
    guard let manifest else { return .now() }
    return manifest.instants[min(instant.load(ordering: .relaxed), manifest.instants.count - 1)]
  }

  /// Nanoseconds of the monotonic clock.
  public func monotonic() -> UInt64 {
    isLive ? SystemClock.monotonic.now : now().monotonic
  }

  /// How many instants there are to sample; nil where time goes on.
  public var instants: Int? { manifest?.instants.count }

  /// From the first instant of a capture to its last, realtime nanoseconds; nil where time goes on.
  public var range: ClosedRange<UInt64>? {
    guard let times = manifest?.instants.map(\.realtime), let first = times.min(), let last = times.max() else {
      return nil
    }
    return first...last
  }

  /// Goes on to the next captured instant of a replay.
  public func advance() {
    instant.wrappingAdd(1, ordering: .relaxed)
  }

  // MARK: Reading

  /// A descriptor to hold; only where ``holdsDescriptors``. The caller closes it.
  public func open(_ path: String) throws(KernelError) -> Int32 {
    guard !isLive else {
      // Passed as it is, a string would be copied to the heap.
      let fd = unsafe path.withCString { unsafe tare_openat(AT_FDCWD, $0, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0) }
      guard fd >= 0 else { throw KernelError(path: path, code: errno) }
      return fd
    }
    if let error = capturedError(path) { throw error }
    let instant = instant.load(ordering: .relaxed)
    if instant > 0 {
      let later = unsafe tare_openat2(folder, "./\(instant)\(path)", replayFlags, 0, inRoot)
      if later >= 0 { return try regular(later, path: path) }
    }
    return try Self.open(below: folder, path, shown: path)
  }

  /// The whole file, into the buffer, which grows up to 16 MiB.
  /// - Returns: how many bytes it has.
  public func read(_ path: String, into buffer: inout [UInt8]) throws(KernelError) -> Int {
    let count = try readPrivately(path, into: &buffer)
    recorder?.file(path, buffer[..<count])
    return count
  }

  /// As ``read(_:into:)``, but a capture gets only what the caller records: for files that may hold secrets.
  public func readPrivately(_ path: String, into buffer: inout [UInt8], limit: Int = 16 << 20) throws(KernelError)
    -> Int
  {
    do {
      let fd = try open(path)
      defer { close(fd) }
      return try readAll(fd, into: &buffer, path: path, limit: limit)
    } catch {
      recorder?.failure(path, error)
      throw error
    }
  }

  /// What a capture keeps of a file that was read privately.
  public func record(_ path: String, _ bytes: [UInt8]) {
    recorder?.file(path, bytes[...])
  }

  public var isRecording: Bool { recorder != nil }

  /// The file as text, or nil where it cannot be read.
  public func text(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    guard let count = try? read(path, into: &buffer) else { return nil }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// The file's text without the line end.
  public func line(_ path: String) -> String? {
    text(path).map { String($0.prefix { $0 != "\n" }) }
  }

  /// Names in a folder, in no order, without `.` and `..`.
  public func list(_ path: String) throws(KernelError) -> [String] {
    let fd = try openFolder(path)
    guard let stream = unsafe fdopendir(fd) else {
      close(fd)
      throw KernelError(path: path, code: errno)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != "..", name != Self.emptyMark { names.append(name) }
    }
    recorder?.folder(path)
    return names
  }

  /// The target of a symbolic link, as written.
  /// - Parameter kept: which targets a capture gets, if not all: the names of a stranger's open files are nobody's business.
  public func link(_ path: String, kept: ((String) -> Bool)? = nil) throws(KernelError) -> String {
    if let error = capturedError(path) { throw error }
    // In a capture the link itself is opened, so that no link before it leads outside.
    let fd = isLive ? -1 : unsafe tare_openat2(folder, "." + path, linkFlags, 0, inRoot)
    defer { if fd >= 0 { close(fd) } }
    let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { target -> String? in
      let count =
        unsafe isLive
        ? readlink(path, target.baseAddress!, target.count)
        : fd < 0 ? -1 : readlinkat(fd, "", target.baseAddress!, target.count)
      guard count >= 0 else { return nil }
      return unsafe String(decoding: UnsafeRawBufferPointer(target)[..<count], as: UTF8.self)
    }
    guard let text else {
      let error = KernelError(path: path, code: errno)
      if kept == nil { recorder?.failure(path, error) }
      throw error
    }
    if kept?(text) ?? true { recorder?.link(path, text) }
    return text
  }

  /// Whether the program that a process runs is a file of root's that nobody else may write: not a stranger's own that
  /// only has the name. A capture was asked when it was made.
  public func runsProgramOfRoot(_ pid: Int32) -> Bool {
    guard isLive else { return true }
    var status = stat()
    guard unsafe stat("/proc/\(pid)/exe", &status) == 0 else { return false }
    return status.st_uid == 0 && status.st_mode & 0o022 == 0
  }

  /// The number that tells a folder from a later one of the same name.
  public func inode(_ path: String) -> UInt64? {
    var status = stat()
    if isLive { return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil }
    let fd = unsafe tare_openat2(folder, "." + path, linkFlags, 0, inRoot)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    return unsafe fstat(fd, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// When a folder was changed, realtime nanoseconds. A capture does not keep that.
  public func modified(_ path: String) -> UInt64? {
    guard isLive else { return nil }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return UInt64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ UInt64(status.st_mtim.tv_nsec)
  }

  /// Between which nanoseconds of the monotonic clock a task began, by the kernel's accounting; nil where it does not
  /// answer, and in a capture.
  public func start(ofTask task: Int32) -> ClosedRange<UInt64>? {
    guard isLive else { return nil }
    let taskstats = taskstats.withLock { taskstats in
      if let taskstats { return taskstats }
      let opened = Taskstats()
      taskstats = .some(opened)
      return opened
    }
    return taskstats?.start(of: task)
  }

  /// An empty file in each folder of a capture that was listed.
  static let emptyMark = ".listed"

  // MARK: Opening

  /// What went wrong with this path when this instant was captured.
  private func capturedError(_ path: String) -> KernelError? {
    manifest?.error(at: instant.load(ordering: .relaxed), path: path).map { KernelError(path: path, code: $0) }
  }

  private func openFolder(_ path: String) throws(KernelError) -> Int32 {
    if let error = capturedError(path) { throw error }
    let fd =
      unsafe isLive
      ? tare_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0)
      : tare_openat2(folder, "." + path, UInt64(O_RDONLY | O_DIRECTORY), 0, inRoot)
    guard fd >= 0 else {
      let error = KernelError(path: path, code: errno)
      recorder?.failure(path, error)
      throw error
    }
    return fd
  }

  private static func open(below folder: Int32, _ path: String, shown: String) throws(KernelError) -> Int32 {
    let fd = unsafe tare_openat2(folder, "." + path, replayFlags, 0, inRoot)
    guard fd >= 0 else { throw KernelError(path: shown, code: errno) }
    return try regular(fd, path: shown)
  }
}

private let inRoot = UInt64(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
private let linkFlags = UInt64(TARE_O_PATH) | UInt64(O_NOFOLLOW)
private let replayFlags = UInt64(O_RDONLY | O_NONBLOCK | O_NOCTTY)

private func regular(_ fd: Int32, path: String) throws(KernelError) -> Int32 {
  var status = stat()
  guard unsafe fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    close(fd)
    throw .untrusted(path: path, why: "no regular file")
  }
  return fd
}

/// Reads a descriptor to its end. A short read is not the end: many kernel files give a page at a time.
func readAll(_ fd: Int32, into buffer: inout [UInt8], path: String, limit: Int) throws(KernelError) -> Int {
  var count = 0
  while true {
    if count == buffer.count {
      buffer.append(contentsOf: repeatElement(0, count: max(4096, min(buffer.count, limit - min(count, limit)))))
    }
    let got = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe Glibc.read(fd, bytes.baseAddress! + count, bytes.count - count)
    }
    if got < 0, errno == EINTR { continue }
    guard got >= 0 else { throw KernelError(path: path, code: errno) }
    if got == 0 { return count }
    count += got
    guard count <= limit else { throw .tooLarge(path: path, limit: limit) }
  }
}

/// Reads a held file from its start. For files that the kernel writes in one piece (all of a cgroup's and most of a
/// process's), so that one call is enough while the buffer is larger than the file.
public func readHeld(_ fd: Int32, into buffer: inout [UInt8], path: @autoclosure () -> String) throws(KernelError)
  -> Int
{
  var count = 0
  while true {
    let room = buffer.count - count
    let got = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe pread(fd, bytes.baseAddress! + count, room, off_t(count))
    }
    if got < 0, errno == EINTR { continue }
    guard got >= 0 else { throw KernelError(path: path(), code: errno) }
    count += got
    if got < room { return count }
    guard buffer.count < 16 << 20 else { throw .tooLarge(path: path(), limit: 16 << 20) }
    buffer.append(contentsOf: repeatElement(0, count: buffer.count))
  }
}
