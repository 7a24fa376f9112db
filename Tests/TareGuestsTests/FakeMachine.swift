import CTestSockets
import Dispatch
import Foundation
import Glibc
import Synchronization

@testable import TareGuests

/// A server on a unix socket of its own, in this very process, that treats each connection as the test says.
final class FakeMachine: Sendable {
  let path: String
  private let folder: URL
  private let listener: Int32
  private let count = Mutex(0)
  var connections: Int { count.withLock { $0 } }

  init(_ serve: @escaping @Sendable (Talk) -> Void) throws {
    let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    folder = URL(filePath: parent).appending(path: "tare-qmp-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    path = folder.appending(path: "s").path
    listener = unsafe tare_test_listen(path, 8)
    guard listener >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    DispatchQueue(label: "accept").async { [listener] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        self.count.withLock { $0 += 1 }
        serve(Talk(descriptor: connection))
        close(connection)
      }
      close(listener)
    }
  }

  /// To be called at the test's end.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    try? FileManager.default.removeItem(at: folder)
  }

  var socket: MachineSocket { MachineSocket(path: path, pid: getpid(), owner: geteuid()) }
}

/// The machine's side of a connection.
struct Talk: Sendable {
  let descriptor: Int32

  /// The next line, or nil at the end.
  func line() -> String? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe read(descriptor, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: text.drop { $0 == 0xFF }, as: UTF8.self) }
      text.append(byte)
    }
    return nil
  }

  @discardableResult
  func say(_ text: String) -> Bool { say(Array("\(text)\r\n".utf8)) }

  @discardableResult
  func say(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = unsafe rest.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  /// Says nothing until the other end hangs up.
  func waitForHangUp() { while line() != nil {} }

  /// The number of `"id": N`.
  func id(_ line: String) -> String {
    String(line.split(separator: "\"id\":").last?.prefix { $0.isNumber || $0 == " " } ?? "0")
  }
}

func elapsed(_ body: () throws -> Void) rethrows -> Duration {
  let begin = ContinuousClock.now
  try body()
  return ContinuousClock.now - begin
}
