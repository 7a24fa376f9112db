internal import Glibc
internal import LinuxSystem
internal import TareModel

/// The last that a program said, from both its outputs in the order in which they were read.
final class OutputTail {
  static let limit = 8192
  static let lines = 20
  static let lineLength = 300
  private var bytes: [UInt8] = []

  func append(_ new: ArraySlice<UInt8>) {
    bytes += new.suffix(Self.limit)
    if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
  }

  /// Harmless lines, none of them empty.
  var lines: [String] {
    let text = String(decoding: bytes.suffix(Self.limit), as: UTF8.self)
    let lines = text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { String(String.UnicodeScalarView($0)) }
    return lines.suffix(Self.lines).map { line in
      let safe = String(line.unicodeScalars.map { $0 == "\t" ? " " : Character($0) }).harmless
      return safe.count > Self.lineLength ? safe.prefix(Self.lineLength) + "…" : safe
    }
  }
}

/// One output of a program.
final class OutputReader {
  private let pipe: Descriptor
  private let tail: OutputTail
  private let wantsLines: Bool
  private var line: [UInt8] = []
  private static let longestLine = 65536

  /// - Parameter wantsLines: whether ``read(_:)`` has to find lines.
  init(_ descriptor: Int32, _ tail: OutputTail, wantsLines: Bool) {
    pipe = Descriptor(descriptor)
    self.tail = tail
    self.wantsLines = wantsLines
  }

  /// -1 after the end.
  var descriptor: Int32 { pipe.number }

  /// Takes what is there, up to 1 MiB: a program that writes without end must not keep us.
  /// - Parameter take: gets each line as it is complete, or as the output ends.
  func read(_ take: (String) -> Void) {
    unsafe withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 8) { buffer in
      for _ in 0..<16 {
        guard pipe.number >= 0 else { return }
        let count = unsafe Glibc.read(pipe.number, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN { return }
        guard count > 0 else {
          pipe.shut()
          if !line.isEmpty { take(String(decoding: line, as: UTF8.self)) }
          line = []
          return
        }
        let bytes = unsafe Array(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        tail.append(bytes[...])
        if wantsLines { split(bytes, take) }
      }
    }
  }

  private func split(_ bytes: [UInt8], _ take: (String) -> Void) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      line += rest[..<end]
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      take(String(decoding: line.prefix(Self.longestLine), as: UTF8.self))
      line = []
      rest = rest[(end + 1)...]
    }
    if line.count < Self.longestLine { line += rest }
  }
}
