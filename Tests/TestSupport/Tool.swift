import Foundation
import Glibc

/// What the tests run.
public enum Tool {
  /// From TARE_BINARY, else the one that was built with the tests.
  public static func tare() -> String { ProcessInfo.processInfo.environment["TARE_BINARY"] ?? "\(built)/tare" }
  public static func service() throws -> String {
    let path = ProcessInfo.processInfo.environment["TARE_SERVICE"] ?? "\(built)/tare-service"
    guard unsafe access(path, X_OK) == 0 else { throw Child.Failure(description: "no \(path): set TARE_SERVICE") }
    return path
  }

  private static let built: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    // swift test runs the bundle by a helper of the toolchain's; the first argument then names the bundle.
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
    return URL(filePath: bundle).deletingLastPathComponent().path
  }()
}
