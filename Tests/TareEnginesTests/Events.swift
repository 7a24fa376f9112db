import Glibc
import TareModel
import Testing

@testable import TareEngines

/// Lines of an engine's stream, and the connection that carries them.
enum Events {
  static let id = String(repeating: "0123456789abcdef", count: 4)
  static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

  static func line(_ action: String, _ seconds: Int, of id: String = id, more: String = "") -> String {
    #"{"status":"\#(action)","id":"\#(id)","from":"busybox","Type":"container","Action":"\#(action)","Actor":{"ID":"\#(id)","#
      + #""Attributes":{"image":"busybox\#(more)"}},"scope":"local","time":\#(seconds),"timeNano":\#(seconds)000000000}"#
      + "\n"
  }

  static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }
}

extension EngineListener {
  /// One that begins at second 100, does not wait long, and has a clock that stands at second 1000.
  convenience init(silenceTimeout: Duration = .seconds(60)) {
    self.init(
      since: 100, deadline: .seconds(5), silenceTimeout: silenceTimeout,
      pauses: Pauses(first: .milliseconds(1), longest: .milliseconds(4)), now: { 1000 })
  }

  var said: [EngineEvent.Action] { events(of: Events.id).map(\.action) }

  /// Waits for as long as no test should take.
  func wait(_ location: SourceLocation = #_sourceLocation, until isDone: (EngineListener) -> Bool) {
    let begun = ContinuousClock.now
    while !isDone(self) {
      guard begun.duration(to: .now) < .seconds(60) else {
        Issue.record("said \(said), failures \(failures)", sourceLocation: location)
        return
      }
      usleep(1_000)
    }
  }
}
