import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TareGuests

@Suite struct TrustTests {
  private func failure(_ socket: MachineSocket) -> WireFailure? {
    do throws(WireFailure) {
      close(try socket.connect(until: Deadline(in: .seconds(5))))
      return nil
    } catch { return error }
  }

  @Test func `only the process that it is said to be is spoken to`() throws {
    let machine = try FakeMachine { $0.waitForHangUp() }
    defer { machine.stop() }
    var socket = machine.socket
    #expect(failure(socket) == nil)
    socket.pid = 1
    #expect(failure(socket) == .foreign(pid: getpid()))
    socket.pid = 0
    #expect(failure(socket) == .foreign(pid: getpid()))
  }

  @Test func `nothing is sent to another process`() throws {
    let machine = try FakeMachine { talk in
      if talk.line() != nil { Issue.record("it was asked") }
    }
    defer { machine.stop() }
    var socket = machine.socket
    socket.pid = 1
    #expect(GuestAgent.ask(socket).outcome == .failed("\(WireFailure.foreign(pid: getpid()))"))
  }

  @Test func `a path that others could exchange is not followed`() throws {
    let machine = try FakeMachine { $0.waitForHangUp() }
    defer { machine.stop() }
    let folder = URL(filePath: machine.path).deletingLastPathComponent().path
    var socket = machine.socket
    unsafe chmod(folder, 0o777)
    #expect(failure(socket) == .untrusted("a folder on the way may be written by others"))
    unsafe chmod(folder, 0o1777)
    #expect(failure(socket) == nil)
    unsafe chmod(folder, 0o700)
    unsafe symlink("s", "\(folder)/link")
    unsafe symlink(folder, "\(folder)/back")
    for name in ["link", "back/s"] {
      socket.path = "\(folder)/\(name)"
      #expect(failure(socket) == .untrusted("a symbolic link on the way"))
    }
    for path in ["s", "", "\(folder)/../x", "\(folder)\u{0}/s"] {
      socket.path = path
      #expect(failure(socket) == .untrusted("expected an absolute path"))
    }
    socket.path = folder
    #expect(failure(socket) == .untrusted("no socket"))
    socket.path = "\(folder)/none"
    #expect(failure(socket) == .absent)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to give a folder away"))
  func `a folder of another user is not followed`() throws {
    let machine = try FakeMachine { $0.waitForHangUp() }
    defer { machine.stop() }
    let folder = URL(filePath: machine.path).deletingLastPathComponent().path
    unsafe chown(folder, 4242, 4242)
    #expect(failure(machine.socket) == .untrusted("a folder or file on the way belongs to user 4242"))
    var socket = machine.socket
    socket.owner = 4242
    #expect(failure(socket) == nil)
  }
}
