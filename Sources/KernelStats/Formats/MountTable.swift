/// One mount of `/proc/PID/mountinfo`: what of it tells whose files a process sees. From proc_pid_mountinfo(5).
public struct Mount: Sendable, Hashable {
  /// `254:0`: which file system.
  public var device: String
  /// The folder of that file system which is seen here.
  public var root: String
  /// Where the process sees it.
  public var point: String
  public var isReadOnly: Bool
  /// `overlay`, `ext4`.
  public var type: String
  /// Lower folders of an overlay.
  public var layers: Int?

  public init(device: String, root: String, point: String, isReadOnly: Bool, type: String, layers: Int? = nil) {
    self.device = device
    self.root = root
    self.point = point
    self.isReadOnly = isReadOnly
    self.type = type
    self.layers = layers
  }

  /// All mounts, in the order in which they lie over each other; of absurdly many the first.
  public static func table(_ bytes: Span<UInt8>, most: Int = 8192) throws(FormatError) -> [Mount] {
    var cursor = Cursor()
    var mounts: [Mount] = []
    while !cursor.isAtEnd(bytes), mounts.count < most {
      let line = cursor.restOfLine(bytes)
      cursor.skipLine(bytes)
      if line.isEmpty { continue }
      guard let mount = Mount(line) else {
        throw FormatError(line: cursor.line - 1, expected: "a mount with a dash and three fields after it", found: nil)
      }
      mounts.append(mount)
    }
    return mounts
  }

  /// `36 35 98:0 /root /mount/point options [tags] - type source superoptions`
  private init?(_ line: String) {
    // A mount may have no source: two blanks.
    let fields = line.split(separator: " ", omittingEmptySubsequences: false)
    guard let dash = fields.dropFirst(6).firstIndex(of: "-"), fields.count > dash + 3 else { return nil }
    device = String(fields[2])
    root = unescapeMount(fields[3])
    point = unescapeMount(fields[4])
    type = String(fields[dash + 1])
    let options = fields[dash + 3].split(separator: ",")
    isReadOnly = fields[5].split(separator: ",").contains("ro") || options.contains("ro")
    layers = type == "overlay" ? Self.layers(options) : nil
  }

  /// `lowerdir=a:b:c`, a colon of a name behind a backslash; from Linux 6.8 on also `lowerdir+=a` for each.
  private static func layers(_ options: [Substring]) -> Int? {
    let each = options.count { $0.hasPrefix("lowerdir+=") }
    guard let list = options.first(where: { $0.hasPrefix("lowerdir=") }) else { return each > 0 ? each : nil }
    return list.replacing(#"\134:"#, with: "").replacing(#"\:"#, with: "").split(separator: ":").count
  }

  /// The line again, without source and options: what a capture keeps of it.
  public var kept: String {
    let lower = layers.map { ",lowerdir=" + (0..<min($0, 4096)).map { String($0) }.joined(separator: ":") } ?? ""
    let access = isReadOnly ? "ro" : "rw"
    return "0 0 \(device) \(escape(root)) \(escape(point)) \(access) - \(type) none \(access)\(lower)\n"
  }

  private func escape(_ path: String) -> String {
    var text = ""
    for scalar in path.unicodeScalars {
      switch scalar {
      case " ": text += #"\040"#
      case "\t": text += #"\011"#
      case "\n": text += #"\012"#
      case "\\": text += #"\134"#
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// Blank, tab, newline and backslash stand as octal numbers.
func unescapeMount(_ field: Substring) -> String {
  guard field.contains("\\") else { return String(field) }
  var bytes: [UInt8] = []
  var rest = Array(field.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "\\"), rest.count >= 3,
      let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
    {
      bytes.append(code)
      rest = rest.dropFirst(3)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
