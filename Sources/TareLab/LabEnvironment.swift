internal import Glibc

/// Where a laboratory keeps what it needs, and the environment of the programs that it runs.
public struct LabEnvironment: Sendable {
  /// Records and files of running laboratories: in memory, gone after a boot, private.
  public let runtimeFolder: String
  /// Downloaded guest kernels: kept for the next time.
  public let cacheFolder: String
  /// The environment variables for programs, and the source of PATH.
  public let environment: [String: String]

  public enum Failure: Error, CustomStringConvertible, Equatable {
    case noRuntimeFolder
    case noHome

    public var description: String {
      switch self {
      case .noRuntimeFolder: "no folder for running things: set XDG_RUNTIME_DIR, or run as root"
      case .noHome: "no folder for the guest's kernel: set HOME or XDG_CACHE_HOME"
      }
    }
  }

  public init(runtimeFolder: String, cacheFolder: String, environment: [String: String]) {
    self.runtimeFolder = runtimeFolder
    self.cacheFolder = cacheFolder
    self.environment = environment
  }

  /// The usual places: `/run/tare` for root and `$XDG_RUNTIME_DIR/tare` for others, `$XDG_CACHE_HOME/tare` or
  /// `~/.cache/tare`. A variable that is not an absolute path counts as not set (XDG Base Directory Specification).
  public init(environment: [String: String]) throws(Failure) {
    func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    if geteuid() == 0 {
      runtimeFolder = "/run/tare"
    } else {
      guard let runtime = folder("XDG_RUNTIME_DIR") else { throw .noRuntimeFolder }
      runtimeFolder = "\(runtime)/tare"
    }
    guard let cache = folder("XDG_CACHE_HOME") ?? folder("HOME").map({ "\($0)/.cache" }) else { throw .noHome }
    cacheFolder = "\(cache)/tare"
    self.environment = environment
  }

  /// The environment as `NAME=VALUE`, with messages in English: some are parsed.
  var variables: [String] {
    environment.merging(["LC_ALL": "C"]) { _, own in own }.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
