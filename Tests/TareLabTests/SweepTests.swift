import Foundation
import Glibc
import Testing

@testable import TareLab

/// Records that must not be believed. None of these tests starts a container or a machine.
struct SweepTests {
  /// Puts a record with one machine, whose process is the bystander, into a dead process's folder.
  static func plant(
    in folder: String, boot: String? = nil, user: UInt32 = geteuid(), owner: ProcessIdentity? = nil,
    process: ProcessIdentity
  ) throws {
    try Files.makeFolder("\(folder)/run")
    try Files.makeFolder("\(folder)/run/lab-99-00000000")
    var record = Record(
      bootID: try boot ?? ProcessIdentity.bootID(), userID: user,
      owner: owner ?? ProcessIdentity(pid: 99, startTime: 1))
    record.items = [
      Record.Item(kind: .vm, name: "x", runtime: "qemu", id: "tare-x-00000000", process: process)
    ]
    try Files.create("\(folder)/run/lab-99-00000000/record", Array(record.text.utf8))
  }

  @Test func `nothing to sweep is no error`() throws {
    let removed = try withTemporaryFolder { try Laboratory.sweep(in: .empty(in: $0)) }
    #expect(removed == 0)
  }

  @Test func `what a dead owner has left is ended and removed`() throws {
    try withTemporaryFolder { folder in
      let bystander = try Bystander()
      try Self.plant(in: folder, process: bystander.process)
      #expect(try Laboratory.sweep(in: .empty(in: folder)) == 1)
      #expect(bystander.hasEnded)
      #expect(!Files.exists("\(folder)/run"))
    }
  }

  @Test func `a number that belongs to another process now is not signalled`() throws {
    try withTemporaryFolder { folder in
      let bystander = try Bystander()
      try Self.plant(
        in: folder, process: bystander.process.predecessor)
      #expect(try Laboratory.sweep(in: .empty(in: folder)) == 1)
      #expect(!bystander.hasEnded)
    }
  }

  @Test func `a record of another boot is removed and nothing is signalled`() throws {
    try withTemporaryFolder { folder in
      let bystander = try Bystander()
      try Self.plant(in: folder, boot: "another-boot", process: bystander.process)
      #expect(try Laboratory.sweep(in: .empty(in: folder)) == 1)
      #expect(!bystander.hasEnded)
      #expect(!Files.exists("\(folder)/run"))
    }
  }

  @Test func `a record of another user is left alone and reported`() throws {
    try withTemporaryFolder { folder in
      let bystander = try Bystander()
      try Self.plant(in: folder, user: geteuid() + 1, process: bystander.process)
      #expect(throws: Leftovers.self) { try Laboratory.sweep(in: .empty(in: folder)) }
      #expect(!bystander.hasEnded)
      #expect(Files.exists("\(folder)/run/lab-99-00000000/record"))
    }
  }

  @Test func `what a living owner has started is left alone`() throws {
    try withTemporaryFolder { folder in
      let bystander = try Bystander()
      try Self.plant(in: folder, owner: bystander.process, process: bystander.process)
      #expect(try Laboratory.sweep(in: .empty(in: folder)) == 0)
      #expect(!bystander.hasEnded)
      #expect(Files.exists("\(folder)/run/lab-99-00000000/record"))
    }
  }

  @Test func `a folder that is a link or open to others is not even read`() throws {
    try withTemporaryFolder { folder in
      let bystander = try Bystander()
      try Self.plant(in: folder, process: bystander.process)
      let lab = "\(folder)/run/lab-99-00000000"
      unsafe chmod(lab, 0o777)
      #expect(throws: Leftovers.self) { try Laboratory.sweep(in: .empty(in: folder)) }
      unsafe chmod(lab, 0o700)
      try Files.move(lab, to: "\(folder)/elsewhere")
      try FileManager.default.createSymbolicLink(atPath: lab, withDestinationPath: "\(folder)/elsewhere")
      #expect(throws: Leftovers.self) { try Laboratory.sweep(in: .empty(in: folder)) }
      #expect(!bystander.hasEnded)
      #expect(Files.exists("\(folder)/elsewhere/record"))
    }
  }

  @Test func `a malformed record is left alone, and the others are swept`() throws {
    try withTemporaryFolder { folder in
      let bystander = try Bystander()
      try Self.plant(in: folder, process: bystander.process)
      try Files.makeFolder("\(folder)/run/lab-5-00000000")
      try Files.create("\(folder)/run/lab-5-00000000/record", Array("vm of mine".utf8))
      #expect(throws: Leftovers.self) { try Laboratory.sweep(in: .empty(in: folder)) }
      #expect(try Files.names(in: "\(folder)/run") == ["lab-5-00000000"])
    }
  }
}
