internal import FoundationEssentials
internal import LinuxSystem

/// A connection to the monitor of a machine that is somebody else's, over which only questions are sent: there is no way
/// to write a command or a property in here. One client at a time can be connected, so it is over soon.
struct MonitorLink {
  /// What may be asked (docs/interop/qmp-ref). Nothing else ever is.
  enum Question: Hashable {
    case version, status, balloon, vcpus, disks
    /// The objects below one of the two folders of devices.
    case devices(Folder)
    /// What the guest told a balloon last. QEMU does not ask the guest for it: that is its own clock's.
    case statistics(Balloon)

    enum Folder: String {
      case named = "/machine/peripheral"
      case anonymous = "/machine/peripheral-anon"
    }

    var command: String {
      switch self {
      case .version: #""query-version""#
      case .status: #""query-status""#
      case .balloon: #""query-balloon""#
      case .vcpus: #""query-cpus-fast""#
      case .disks: #""query-block""#
      case .devices(let folder): #""qom-list","arguments":{"path":"\#(folder.rawValue)"}"#
      case .statistics(let balloon):
        #""qom-get","arguments":{"path":"\#(balloon.path)","property":"guest-stats"}"#
      }
    }
  }

  /// The path of a balloon, in which nothing has to be escaped.
  struct Balloon: Hashable {
    let path: String

    /// QEMU's own names of devices have no other characters.
    init?(_ folder: Question.Folder, _ name: String) {
      let isPlain = name.utf8.allSatisfy { byte in
        let isWord =
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        return isWord || "-_.[]".utf8.contains(byte)
      }
      guard isPlain, !name.isEmpty, name.utf8.count <= 128 else { return nil }
      path = "\(folder.rawValue)/\(name)"
    }
  }

  /// For all of it.
  static let timeout = Duration.milliseconds(100)

  private let wire: Wire
  private let deadline: Deadline
  private var lastID = 0

  /// Connects and negotiates.
  init(_ socket: MachineSocket) throws(WireFailure) {
    deadline = Deadline(in: Self.timeout)
    wire = try Wire(socket, until: deadline)
    guard try wire.message(until: deadline).isGreeting else { throw .malformed("QEMU's greeting") }
    guard try exchange([#""qmp_capabilities""#])[0] != nil else { throw .refused("qmp_capabilities") }
  }

  /// Asks all and waits for all answers.
  mutating func ask(_ questions: [Question]) throws(WireFailure) -> Answers {
    Answers(lines: Dictionary(zip(questions, try exchange(questions.map(\.command)))) { first, _ in first })
  }

  /// - Returns: lines with an answer; nil stands for an error.
  private mutating func exchange(_ commands: [String]) throws(WireFailure) -> [[UInt8]?] {
    let first = lastID + 1
    lastID += commands.count
    let text = commands.enumerated().map { #"{"execute":\#($1),"id":\#(first + $0)}"# + "\n" }.joined()
    try wire.send(Array(text.utf8), until: deadline)
    var answers: [[UInt8]?] = []
    while answers.count < commands.count {
      let line = Array(try wire.line(until: deadline))
      let message = try Message(line)
      if message.isEvent { continue }
      guard message.id == UInt64(first + answers.count), message.returned != nil || message.errorClass != nil else {
        throw .malformed("an answer of QEMU's monitor")
      }
      answers.append(message.errorClass == nil ? line : nil)
    }
    return answers
  }

  /// What came back.
  struct Answers {
    fileprivate let lines: [Question: [UInt8]?]

    private struct Answer<Value: Decodable>: Decodable {
      var value: Value
      enum CodingKeys: String, CodingKey { case value = "return" }
    }

    /// Nil where it was refused, not asked, or has another form.
    func value<Value: Decodable>(_ type: Value.Type, of question: Question) -> Value? {
      guard let line = lines[question] ?? nil else { return nil }
      return (try? JSONDecoder().decode(Answer<Value>.self, from: Data(line)))?.value
    }
  }
}
