import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TareLab

/// A new private folder in TMPDIR or /tmp.
func makeTemporaryFolder() throws -> String {
  let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
  let path = "\(parent)/tare-test-\(getpid())-\(Record.Item.randomDigits())"
  try Files.makeFolder(path)
  return path
}

/// A folder for one test, private, removed at its end.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = try makeTemporaryFolder()
  defer { try? Files.remove(path) }
  return try body(path)
}

extension LabEnvironment {
  /// Own runtime folder below `folder`; the guest's kernel in the real cache, so that it is downloaded once.
  static func test(in folder: String) throws -> LabEnvironment {
    let environment = ProcessInfo.processInfo.environment
    let usual = try LabEnvironment(environment: environment.merging(["XDG_RUNTIME_DIR": folder]) { $1 })
    return LabEnvironment(
      runtimeFolder: "\(folder)/run", cacheFolder: usual.cacheFolder, environment: environment)
  }

  /// As a test's, when no program is run.
  static func empty(in folder: String) -> LabEnvironment {
    LabEnvironment(runtimeFolder: "\(folder)/run", cacheFolder: "\(folder)/cache", environment: ["PATH": "/nowhere"])
  }
}

/// What the tests with real workloads need, and why they are skipped where it is missing.
enum Needs {
  /// From TARE_SERVICE, else from the folder that the tests are built in.
  static let service: String? = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let built = own.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/tare-service"
    let path = ProcessInfo.processInfo.environment["TARE_SERVICE"] ?? built
    return (try? Service(path: path))?.path
  }()

  static let noService = "no static tare-service: set TARE_SERVICE, or run 'swift build --product tare-service'"

  static func tool(_ name: String) -> Bool {
    let surroundings = LabEnvironment(
      runtimeFolder: "", cacheFolder: "", environment: ProcessInfo.processInfo.environment)
    return (try? Tool(name, package: name, in: surroundings)) != nil
  }

  static var isRoot: Bool { geteuid() == 0 }
}

/// A child that sleeps, as a process that a hostile record could name. Ended by the test's end.
final class Bystander {
  let process: ProcessIdentity

  init() throws {
    let output = try Descriptor(unsafe open("/dev/null", O_WRONLY | O_CLOEXEC), "open", "/dev/null")
    let pid = try Command(arguments: ["/bin/sleep", "1000"], environment: [])
      .start(output: output.number, errors: output.number)
    process = try #require(ProcessIdentity(of: pid))
  }

  private var isReaped = false

  /// Whether it has ended.
  var hasEnded: Bool {
    if !isReaped { isReaped = waitpid(process.pid, nil, WNOHANG) == process.pid }
    return isReaped
  }

  deinit {
    if hasEnded { return }
    kill(process.pid, SIGKILL)
    waitpid(process.pid, nil, 0)
  }
}
