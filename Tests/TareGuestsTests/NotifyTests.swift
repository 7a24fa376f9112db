import CTestSockets
import Foundation
import Glibc
import LinuxSystem
import TareModel
import Testing

@testable import TareGuests

/// A guest's messages come over vsock, which a machine without /dev/vhost-vsock does not have: a unix stream socket stands
/// in for it here, and the messages are those that systemd(1) and sd_notify(3) document.
@Suite struct NotifyTests {
  @Test func `lines that are known are read, the others are skipped`() {
    let message = NotifyMessage(
      """
      STATUS=Startup finished in 1.234s.
      READY=1
      X_SYSTEMD_UNIT_ACTIVE=ssh-access.target
      X_SYSTEMD_UNIT_ACTIVE=multi-user.target
      X_SYSTEMD_HOSTNAME=guest
      MONOTONIC_USEC=12
      no pair
      =
      READY
      """.utf8)
    #expect(message.isReady && message.exitStatus == nil)
    #expect(message.status == "Startup finished in 1.234s.")
    #expect(message.activeUnits == ["ssh-access.target", "multi-user.target"])
    #expect(NotifyMessage("EXIT_STATUS=7".utf8).exitStatus == 7)
  }

  @Test(arguments: ["", "READY=0", "READY=", "ready=1", " READY=1", "READY=1 ", "XREADY=1", "EXIT_STATUS=x", "\u{0}"])
  func `only READY=1 is ready`(text: String) {
    let message = NotifyMessage(text.utf8)
    #expect(!message.isReady && message.exitStatus == nil)
  }

  @Test func `what is hostile is bounded`() {
    let many = NotifyMessage(String(repeating: "X_SYSTEMD_UNIT_ACTIVE=a\n", count: 100_000).utf8)
    #expect(many.activeUnits.count == 256)
    let long = NotifyMessage((String(repeating: "x", count: 1 << 20) + "\nREADY=1").utf8)
    #expect(!long.isReady)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      _ = NotifyMessage((0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  // MARK: Listening

  private func withListener(
    admits: @escaping @Sendable (Int32) -> Bool = { _ in true },
    _ body: (NotifyListener, _ send: (String) throws -> Void) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tare-notify-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "s").path
    let descriptor = unsafe tare_test_listen(path, 8)
    try #require(descriptor >= 0)
    let listener = NotifyListener(descriptor, admits: admits)
    defer { listener.end() }
    try body(listener) { text in
      let socket = MachineSocket(path: path, pid: getpid(), owner: geteuid())
      let deadline = Deadline(in: .seconds(5))
      let connection = try socket.connect(until: deadline)
      _ = unsafe send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
      close(connection)
    }
  }

  private func wait(_ condition: () -> Bool) { for _ in 0..<500 where !condition() { usleep(10_000) } }

  @Test func `the first message is user space, READY=1 is ready`() throws {
    try withListener { listener, send in
      let began = SystemClock.realtime.now
      try send("STATUS=Starting…\n")
      wait { listener.signals.count == 1 }
      let between = SystemClock.realtime.now
      for message in ["X_SYSTEMD_UNIT_ACTIVE=basic.target\n", "READY=1\n", "READY=1\n", "EXIT_STATUS=3\n"] {
        try send(message)
      }
      wait { listener.exitStatus != nil }
      #expect(listener.exitStatus == 3)
      let signals = listener.signals
      #expect(signals.map(\.phase) == [.userspace, .ready])
      #expect(signals.allSatisfy { $0.kind == .notify && $0.mark.label == .reported })
      let (first, second) = (signals[0].mark, signals[1].mark)
      #expect(
        first.lo! >= began && first.hi! <= between && second.lo! >= between && second.hi! <= SystemClock.realtime.now)
    }
  }

  @Test func `a guest that is ready at once has both`() throws {
    try withListener { listener, send in
      try send("READY=1")
      wait { !listener.signals.isEmpty }
      #expect(listener.signals.map(\.phase) == [.userspace, .ready])
    }
  }

  @Test func `others than the guest, and those that say nothing or too much, are not heard`() throws {
    let deaf: @Sendable (Int32) -> Bool = { _ in false }
    try withListener(admits: deaf) { listener, send in
      try send("READY=1\n")
      usleep(100_000)
      #expect(listener.signals.isEmpty)
    }
    try withListener { listener, send in
      try send("")
      usleep(50_000)
      #expect(listener.signals.isEmpty)
      try send("READY=1\n")
      wait { !listener.signals.isEmpty }
      #expect(listener.signals.count == 2)
    }
  }

  @Test func `where there are no vsocks there is none`() {
    if unsafe access("/dev/vhost-vsock", R_OK | W_OK) != 0 { #expect(GuestVsock() == nil) }
  }
}
