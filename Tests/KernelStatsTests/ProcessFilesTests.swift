import Glibc
import TestSupport
import Testing

@testable import KernelStats

/// Whose mounts a path of a process is looked up in.
struct ProcessFilesTests {
  private let root = KernelRoot()
  private let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

  private func wait<Value>(_ look: () -> Value?) -> Value? {
    for _ in 0..<250 {
      if let value = look() { return value }
      usleep(20_000)
    }
    return nil
  }

  @Test func `a process in our mounts has our files`() throws {
    let files = try #require(ProcessFiles(of: getpid(), root))
    #expect(files == ProcessFiles(owner: geteuid()))
  }

  @Test(.enabled(if: geteuid() == 0))
  func `what is mounted in a namespace of root's is measured there, and is not there for us`() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("d")
    let place = folder.absolute("d")
    let script =
      "mount -t tmpfs none '\(place)' && printf 123456 >'\(place)/disk' && ln -s disk '\(place)/link' && sleep 60"
    let child = try Child(["unshare", "-m", "sh", "-c", script], environment)
    let extent = wait { () -> FileExtent? in
      guard let files = ProcessFiles(of: child.pid, root), files.inside == child.pid else { return nil }
      return try? root.extent(of: "\(place)/disk", files, kept: "/k")
    }
    #expect(extent?.virtual == 6)
    let files = try #require(ProcessFiles(of: child.pid, root))
    #expect(throws: KernelError.self) { try root.extent(of: "\(place)/disk", ProcessFiles(owner: 0), kept: "/k") }
    // The rules are the same there.
    #expect(throws: KernelError.self) { try root.extent(of: "\(place)/link", files, kept: "/k") }
    #expect(throws: KernelError.self) { try root.extent(of: "\(place)/../d/disk", files, kept: "/k") }
  }

  @Test(.enabled(if: geteuid() == 0))
  func `mounts that a user namespace made are nobody's to follow`() throws {
    let child = try Child(["unshare", "-U", "-r", "-m", "sleep", "60"], environment)
    let isApart = wait { () -> Bool? in
      root.sharesOurFiles(child.pid) || root.shares("user", with: child.pid) ? nil : true
    }
    guard isApart == true else { return }
    #expect(ProcessFiles(of: child.pid, root) == nil)
    #expect(ProcessFiles.rootFolder(of: child.pid) == nil)
  }
}
