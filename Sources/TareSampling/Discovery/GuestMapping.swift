internal import KernelStats
internal import TareModel

extension KernelRoot {
  /// Guest RAM by what a VMM has mapped, bytes: anonymous memory, or a memfd, in pieces too large for anything else. For
  /// VMMs that were told its size where nobody may look.
  func guestMapping(of pid: Int32) -> UInt64? {
    let path = "/proc/\(pid)/maps"
    var buffer = [UInt8](repeating: 0, count: 16384)
    guard let count = try? readPrivately(path, into: &buffer) else { return nil }
    let pieces = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").compactMap { line in
      guestPiece(line).map { (line, $0) }
    }
    if isRecording { record(path, Array(pieces.map { "\($0.0)\n" }.joined().utf8)) }
    let total = pieces.reduce(UInt64(0)) { $0.saturating(plus: $1.1) }
    return total > 0 ? total : nil
  }

  /// `7f0000000000-7f0010000000 rw-p 00000000 00:00 0`: in whole MiB, because the kernel joins neighbours.
  private func guestPiece(_ line: Substring) -> UInt64? {
    let words = line.split(separator: " ", maxSplits: 5)
    guard words.count >= 5, words[1].hasPrefix("rw") else { return nil }
    let name = words.count > 5 ? words[5].drop(while: { $0 == " " }) : ""
    guard name.isEmpty || name.hasPrefix("/memfd:") else { return nil }
    let ends = words[0].split(separator: "-").map { UInt64($0, radix: 16) }
    guard ends.count == 2, let from = ends[0], let to = ends[1], to > from, to - from >= 16 << 20 else { return nil }
    return (to - from) & ~0xF_FFFF
  }
}
