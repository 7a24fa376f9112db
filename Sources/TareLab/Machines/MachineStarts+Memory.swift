internal import Glibc
internal import LinuxSystem
public import TareModel

/// What the guests of a laboratory's machines hold: their init, tare-service, says it on the serial line every two seconds.
extension MachineStarts: GuestFigures {
  public func answer(of machine: GuestMachine.Identity) -> GuestAnswer {
    guard let path = serial(of: machine) else { return .missing(.noGuestAgent) }
    guard let (text, at) = try? Self.end(of: path), let report = GuestReport(serial: text, at: at) else {
      return .missing(.stale)
    }
    return .told(report)
  }

  /// The last of what a serial line said, and when it said it.
  private static func end(of path: String) throws -> (String, UInt64) {
    let file = try Descriptor(unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), "open", path)
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else { throw SystemError("read", path) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let from = max(0, Int(status.st_size) - bytes.count)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file.number, $0.baseAddress, $0.count, from) }
    guard count >= 0 else { throw SystemError("read", path) }
    let at = UInt64(status.st_mtim.tv_sec) * 1_000_000_000 + UInt64(status.st_mtim.tv_nsec)
    return (String(decoding: bytes.prefix(count), as: UTF8.self), at)
  }
}

extension GuestReport {
  /// `tare-service: guest kernel=6.1.0 total=164460 free=120000 available=130000 caches=9000`: the last whole line of this
  /// kind. KiB; nil where there is none.
  init?(serial text: String, at: UInt64) {
    // A serial line ends its lines with a carriage return too; the last part is of a line that is still being written.
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.dropLast()
    guard let line = lines.last(where: { $0.hasPrefix(Service.guestLine) }) else { return nil }
    var memory = GuestMemory(at: at)
    var release: String?
    for word in line.dropFirst(Service.guestLine.count).split(separator: " ") {
      let pair = word.split(separator: "=")
      if pair.count == 2, pair[0] == "kernel" { release = String(pair[1].prefix(64)) }
      guard pair.count == 2, let kibibytes = UInt64(pair[1]), kibibytes < 1 << 50 else { continue }
      switch pair[0] {
      case "total": memory.total = kibibytes << 10
      case "free": memory.free = kibibytes << 10
      case "available": memory.available = kibibytes << 10
      case "caches": memory.caches = kibibytes << 10
      default: break
      }
    }
    guard memory.total != nil else { return nil }
    self.init(at: at)
    self.memory = memory
    kernelRelease = release
  }
}
