internal import Glibc
internal import KernelStats
internal import TareModel

/// What a virtual machine says on a serial line that its VMM writes to a file: the kernel before it starts the first
/// process, and whoever asks for a login. Only the instant of such a line is kept, nothing of what it says.
final class SerialLog {
  /// A line that tells of a phase.
  struct Marker: Sendable {
    let phase: BootTimeline.Phase
    let pattern: Pattern
  }

  /// As Linux says it unless it was told to be quiet, and as the guest of tare's own demonstration does.
  static let userspace = Marker(
    phase: .userspace, pattern: try! Pattern("Run .+ as init process|^tare-service: started"))
  static let login = Marker(phase: .ready, pattern: try! Pattern("login: *$|^tare-service: ready"))

  /// The most that is looked at: a machine that says more before it is up is not waited for.
  private static let limit = 4 << 20
  private static let longestLine = 4096

  let process: Int32
  let descriptor: Int32
  /// When it was last read to its end.
  private var readAt: UInt64
  private var line: [UInt8] = []
  private var count = 0
  private var markers: [Marker]

  /// - Parameters:
  ///   - path: a claim of the VMM's: it must be the VMM's user's own file.
  ///   - start: of the VMM, monotonic nanoseconds.
  init?(
    _ path: String, of process: Int32, _ files: ProcessFiles, start: UInt64, _ markers: [Marker], _ root: KernelRoot
  ) {
    guard let descriptor = try? root.openTrusted(path, files) else { return nil }
    self.descriptor = descriptor
    self.process = process
    self.markers = markers
    readAt = start
    var status = stat()
    unsafe fstat(descriptor, &status)
    let (changed, now) = (status.st_mtim, root.now())
    let written = UInt64(clamping: changed.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: changed.tv_nsec)
    // What an earlier machine said. The VMM will empty the file in a moment, if it has not forgotten to.
    if written < now.realtime &- now.monotonic &+ start { skip() }
  }

  /// Leaves out what is there already.
  func skip() { lseek(descriptor, 0, SEEK_END) }

  deinit { close(descriptor) }

  /// Whether nothing more is to be found.
  var isOver: Bool { markers.isEmpty || count >= Self.limit }

  /// Reads what is new.
  /// - Returns: the phases that it tells of, each with the two instants between which it was written.
  func read(now: () -> UInt64) -> [(phase: BootTimeline.Phase, ClosedRange<UInt64>)] {
    var found: [(phase: BootTimeline.Phase, ClosedRange<UInt64>)] = []
    var status = stat()
    if unsafe fstat(descriptor, &status) == 0, status.st_size < lseek(descriptor, 0, SEEK_CUR) {
      // It was emptied.
      lseek(descriptor, 0, SEEK_SET)
      line = []
    }
    while !isOver {
      let instant = now()
      let got = unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
        let got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if got > 0 { unsafe line.append(contentsOf: UnsafeRawBufferPointer(buffer)[..<got]) }
        return got
      }
      guard got > 0 else {
        readAt = max(readAt, instant)
        break
      }
      count += got
      let range = min(readAt, instant)...max(instant, now())
      for phase in takeLines() { found.append((phase, range)) }
    }
    return found
  }

  private func takeLines() -> [BootTimeline.Phase] {
    var found: [BootTimeline.Phase] = []
    var rest = line[...]
    while true {
      let end = rest.firstIndex { $0 == UInt8(ascii: "\n") }
      let text = String(decoding: rest[..<(end ?? rest.endIndex)], as: UTF8.self)
      // The last one may be a prompt, which no line end follows.
      markers.removeAll { marker in
        guard marker.pattern.matches(text) else { return false }
        found.append(marker.phase)
        return true
      }
      guard let end else { break }
      rest = rest[(end + 1)...]
    }
    line = Array(rest.suffix(Self.longestLine))
    return found
  }
}
