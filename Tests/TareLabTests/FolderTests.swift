import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TareLab

struct FolderTests {
  @Test func `a new folder is for its owner only`() throws {
    try withTemporaryFolder { folder in
      _ = try PrivateFolder("\(folder)/run")
      let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/run")[.posixPermissions] as? Int
      #expect(mode == 0o700)
    }
  }

  @Test func `a symbolic link is refused, even to a good folder`() throws {
    try withTemporaryFolder { folder in
      try Files.makeFolder("\(folder)/real")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/run", withDestinationPath: "\(folder)/real")
      #expect(throws: PrivateFolder.Failure.notAFolder("\(folder)/run")) { _ = try PrivateFolder("\(folder)/run") }
    }
  }

  @Test(arguments: [0o755, 0o770, 0o702]) func `a folder that is open to others is refused`(mode: Int) throws {
    try withTemporaryFolder { folder in
      try Files.makeFolder("\(folder)/run")
      unsafe chmod("\(folder)/run", mode_t(mode))
      #expect(throws: PrivateFolder.Failure.open("\(folder)/run", mode: UInt32(mode))) {
        _ = try PrivateFolder("\(folder)/run")
      }
    }
  }

  @Test(.enabled(if: Needs.isRoot, "only root can give a folder away"))
  func `a folder of somebody else is refused`() throws {
    try withTemporaryFolder { folder in
      try Files.makeFolder("\(folder)/run")
      unsafe chown("\(folder)/run", 12345, 12345)
      #expect(throws: PrivateFolder.Failure.foreignOwner("\(folder)/run", uid: 12345)) {
        _ = try PrivateFolder("\(folder)/run")
      }
    }
  }

  @Test func `a folder that others can exchange is refused`() throws {
    try withTemporaryFolder { folder in
      unsafe chmod(folder, 0o777)
      #expect(throws: PrivateFolder.Failure.exchangeable("\(folder)/run", parent: folder)) {
        _ = try PrivateFolder("\(folder)/run")
      }
    }
  }

  @Test func `only one holds a folder's lock`() throws {
    try withTemporaryFolder { folder in
      let first = try PrivateFolder("\(folder)/run")
      let second = try PrivateFolder("\(folder)/run")
      let (mine, also) = (first.lock(), second.lock())
      #expect(mine)
      #expect(!also)
    }
  }

  @Test func `removing a folder does not follow a symbolic link`() throws {
    try withTemporaryFolder { folder in
      try Files.makeFolder("\(folder)/keep")
      try Files.create("\(folder)/keep/file", [1])
      try Files.makeFolder("\(folder)/away")
      try Files.makeFolder("\(folder)/away/inner")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/away/inner/link", withDestinationPath: "\(folder)/keep")
      try Files.remove("\(folder)/away")
      #expect(try Files.names(in: folder) == ["keep"])
      #expect(try Files.read("\(folder)/keep/file") == [1])
      try Files.remove("\(folder)/away")  // nothing there is no error
    }
  }

  @Test func `a symbolic link in place of a file is not read`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/record", withDestinationPath: "/etc/passwd")
      #expect(throws: SystemError.self) { try Files.read("\(folder)/record") }
    }
  }
}

struct SurroundingsTests {
  @Test func `the cache is where the XDG specification says`() throws {
    let environment = ["XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/me"]
    #expect(try LabEnvironment(environment: environment).cacheFolder == "/home/me/.cache/tare")
    let other = environment.merging(["XDG_CACHE_HOME": "/big"]) { $1 }
    #expect(try LabEnvironment(environment: other).cacheFolder == "/big/tare")
    let relative = environment.merging(["XDG_CACHE_HOME": "big"]) { $1 }
    #expect(try LabEnvironment(environment: relative).cacheFolder == "/home/me/.cache/tare")
  }

  @Test func `without a home there is no cache`() {
    #expect(throws: LabEnvironment.Failure.noHome) { try LabEnvironment(environment: ["XDG_RUNTIME_DIR": "/run/x"]) }
  }
}
