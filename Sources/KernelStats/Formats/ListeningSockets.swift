/// The sockets of `/proc/PID/net/tcp` or `tcp6` on which somebody listens, by inode: the tenth field of lines whose
/// fourth is 0A. From proc(5) and net/tcp_states.h.
public struct ListeningSockets: Sendable, Hashable {
  public private(set) var inodes: Set<UInt64> = []

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    cursor.skipLine(bytes)
    while !cursor.isAtEnd(bytes) {
      cursor.skipBlanks(bytes)
      for _ in 0..<3 {
        cursor.skipWord(bytes)
        cursor.skipBlanks(bytes)
      }
      let isListening =
        bytes.count > cursor.at + 2 && bytes[cursor.at] == UInt8(ascii: "0")
        && bytes[cursor.at + 1] == UInt8(ascii: "A")
      if isListening {
        for _ in 0..<6 {
          cursor.skipWord(bytes)
          cursor.skipBlanks(bytes)
        }
        inodes.insert(try cursor.number(bytes))
      }
      cursor.skipLine(bytes)
    }
  }
}
