/// What the command line of a user-mode Linux says: kernel parameters. From `Documentation/virt/uml/` of Linux.
struct UmlArguments: Hashable {
  private(set) var name: String?
  /// Guest RAM, bytes.
  private(set) var memory: UInt64?
  private(set) var vcpus: UInt64 = 1
  private(set) var disks: [String] = []
  /// The open file that gets what it says on its console; nil where that is none.
  private(set) var console: Int? = 1
  /// Whether a word of it is one that only a user-mode Linux has.
  private(set) var isUml = false

  static func keep(_ arguments: [String]) -> [String] {
    arguments.prefix(1) + arguments.dropFirst().filter { isRead($0) }
  }

  private static func isRead(_ word: String) -> Bool {
    ["mem=", "umid=", "ncpus=", "con=", "con0="].contains { word.hasPrefix($0) } || disk(word) != nil
  }

  init(_ arguments: [String]) {
    var consoles: [String: Substring] = [:]
    for word in arguments.dropFirst() where Self.isRead(word) {
      isUml = true
      guard let equals = word.firstIndex(of: "=") else { continue }
      let value = word[word.index(after: equals)...]
      switch word[..<equals] {
      case "mem": memory = UInt64(value) ?? QemuOptions.size(String(value))
      case "umid": name = String(value)
      case "ncpus": vcpus = UInt64(value) ?? vcpus
      case "con", "con0": consoles[String(word[..<equals])] = value
      default: disks += Self.disk(word) ?? []
      }
    }
    // `input,output`, or one for both.
    guard let output = (consoles["con0"] ?? consoles["con"])?.split(separator: ",").last else { return }
    console = output.hasPrefix("fd:") ? Int(output.dropFirst(3)) : nil
  }

  /// The files of `ubd0=cow,backing`, `ubda=file`, `ubd1r=file`.
  private static func disk(_ word: String) -> [String]? {
    guard word.hasPrefix("ubd"), let equals = word.firstIndex(of: "="),
      let unit = word[..<equals].dropFirst(3).first, unit.isNumber || unit.isLetter
    else { return nil }
    return word[word.index(after: equals)...].split { $0 == "," || $0 == ":" }.map(String.init)
  }
}
