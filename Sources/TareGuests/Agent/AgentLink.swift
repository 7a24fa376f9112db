internal import LinuxSystem

/// A connection to a guest agent over which only what reads is sent.
struct AgentLink {
  /// What may be asked. Nothing else ever is: there is no way to write, to execute or to change in here.
  enum Request {
    case time
    /// Of the guest's system: `uname` and its name.
    case system
    case open(String)
    case read(handle: UInt64, count: Int)
    case close(UInt64)

    /// The paths are tare's own, without anything to be escaped.
    var text: String {
      switch self {
      case .time: #"{"execute":"guest-get-time"}"#
      case .system: #"{"execute":"guest-get-osinfo"}"#
      case .open(let path): #"{"execute":"guest-file-open","arguments":{"path":"\#(path)","mode":"r"}}"#
      case .read(let handle, let count):
        #"{"execute":"guest-file-read","arguments":{"handle":\#(handle),"count":\#(count)}}"#
      case .close(let handle): #"{"execute":"guest-file-close","arguments":{"handle":\#(handle)}}"#
      }
    }
  }

  /// An agent sleeps for a tenth of a second at a time while nobody is connected (qemu-ga, channel_event_cb).
  static let greeting = Duration.milliseconds(350)
  static let timeout = Duration.milliseconds(100)

  private let wire: Wire

  /// Connects and finds the beginning of the answers to what is asked now: those to an earlier client may come first.
  init(_ socket: MachineSocket) throws(WireFailure) {
    let deadline = Deadline(in: Self.greeting)
    wire = try Wire(socket, until: deadline)
    let token = UInt64.random(in: 1...0xFFFF_FFFF)
    let request = #"{"execute":"guest-sync-delimited","arguments":{"id":\#(token)}}"#
    // The byte ends whatever an earlier client has left half said.
    try wire.send([0xFF] + Array("\(request)\n".utf8), until: deadline)
    var taken = 0
    while true {
      while !wire.buffer.skip() {
        try wire.fill(until: deadline)
        taken += 1
        guard taken < 1024 else { throw .malformed("an answer to guest-sync-delimited") }
      }
      if try wire.message(until: deadline).returned == .number(token) { return }
    }
  }

  /// Sends all and waits for all answers, which come in the same order; nil stands for an error. Many are sent in several
  /// exchanges, each with its own deadline.
  func ask(_ requests: [Request]) throws(WireFailure) -> [Message.Returned?] {
    var answers: [Message.Returned?] = []
    var rest = requests[...]
    while !rest.isEmpty {
      answers += try exchange(Array(rest.prefix(Self.most)))
      rest = rest.dropFirst(Self.most)
    }
    return answers
  }

  private static let most = 16

  private func exchange(_ requests: [Request]) throws(WireFailure) -> [Message.Returned?] {
    let deadline = Deadline(in: Self.timeout)
    try wire.send(Array(requests.map { "\($0.text)\n" }.joined().utf8), until: deadline)
    var answers: [Message.Returned?] = []
    var isRefused = false
    while answers.count < requests.count {
      let message = try wire.message(until: deadline)
      if case .open = requests[answers.count], message.errorClass == "CommandNotFound" {
        isRefused = true
      }
      guard message.returned != nil || message.errorClass != nil else { throw .malformed("an answer of a guest agent") }
      answers.append(message.errorClass == nil ? message.returned : nil)
    }
    // When all answers are taken: what is asked next gets its own.
    if isRefused { throw .refused("guest-file-open") }
    return answers
  }

  /// Closes files of the guest, and waits for that no longer than for anything else.
  func close(_ files: [UInt64?]) {
    _ = try? ask(files.compactMap { $0 }.map(Request.close))
  }

  /// Files of the guest, opened to be read; nil for one that cannot be.
  func open(_ paths: [String]) throws(WireFailure) -> [UInt64?] {
    try ask(paths.map(Request.open)).map { if case .number(let handle) = $0 { handle } else { nil } }
  }
}

extension Message.Returned {
  var bytes: [UInt8]? { if case .content(let bytes) = self { bytes } else { nil } }
}
