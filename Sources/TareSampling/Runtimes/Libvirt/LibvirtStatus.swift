internal import KernelStats

/// `/run/libvirt/qemu/NAME.xml`: what root's libvirt knows of a domain that runs. Only where its console goes is read. The
/// folder is that of QEMU's user, so this is as much a claim as QEMU's arguments.
struct LibvirtStatus {
  /// Files that get what the domain says on its serial lines, as the host names them.
  private(set) var consoles: [String] = []
  /// One of them keeps what earlier runs said.
  private(set) var appends = false

  /// - Parameter pid: of its QEMU, whose user may have written the file.
  init?(of domain: String, _ pid: Int32, _ root: KernelRoot) {
    guard isFileName(domain), let owner = root.user(of: pid),
      let bytes = try? root.readTrusted("/run/libvirt/qemu/\(domain).xml", owner: owner)
    else { return nil }
    let xml = String(decoding: bytes, as: UTF8.self)
    guard let status = Self.place(of: "<domstatus ", in: xml[...]),
      Self.attribute("pid", in: xml[status...].prefix { $0 != ">" }) == "\(pid)"
    else { return nil }
    self.init(xml: xml)
  }

  /// `<serial type='file'><source path='FILE' append='on'/>`, or of any type with `<log file='FILE'/>`.
  init(xml: String) {
    for kind in ["serial", "console"] {
      for block in Self.blocks(of: kind, in: xml) {
        let isFile = Self.attribute("type", in: block.prefix { $0 != ">" }) == "file"
        let names = [(tag: "<log ", key: "file")] + (isFile ? [(tag: "<source ", key: "path")] : [])
        for (tag, key) in names {
          guard let start = Self.place(of: tag, in: block) else { continue }
          let element = block[start...].prefix { $0 != ">" }
          guard let path = Self.attribute(key, in: element), path.hasPrefix("/"), !consoles.contains(path) else {
            continue
          }
          consoles.append(path)
          appends = appends || Self.attribute("append", in: element) == "on"
        }
      }
    }
  }

  private static func blocks(of kind: String, in xml: String) -> [Substring] {
    var blocks: [Substring] = []
    var rest = xml[...]
    while let start = place(of: "<\(kind) ", in: rest) {
      let end = place(of: "</\(kind)>", in: rest[start...]) ?? rest.endIndex
      blocks.append(rest[start..<end])
      rest = rest[end...]
    }
    return blocks
  }

  private static func place(of word: String, in text: Substring) -> String.Index? {
    let (bytes, wanted) = (text.utf8, Array(word.utf8))
    var at = bytes.startIndex
    while at < bytes.endIndex {
      if bytes[at] == wanted[0], bytes[at...].starts(with: wanted) { return at }
      at = bytes.index(after: at)
    }
    return nil
  }

  /// libvirt writes apostrophes around values, and five characters of them by name.
  private static func attribute(_ name: String, in element: Substring) -> String? {
    guard let start = place(of: " \(name)='", in: element) else { return nil }
    var value = String(element[start...].dropFirst(name.utf8.count + 3).prefix { $0 != "'" })
    for (escape, character) in [("&apos;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")] {
      value = value.split(separator: escape, omittingEmptySubsequences: false).joined(separator: character)
    }
    return value
  }
}
