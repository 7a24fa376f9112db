/// Where a value was chosen.
public enum Origin: Sendable, Hashable {
  /// Nowhere: it is tare's own.
  case standard
  case file(path: String, line: Int)
  case environment(String)
  case flag(String)

  /// As `tare config` says it. A path in the home folder begins with `~`.
  public func text(home: String?) -> String {
    switch self {
    case .standard: "default"
    case .file(let path, let line): "\(Self.short(path, home)):\(line)"
    case .environment(let name): name
    case .flag(let name): name
    }
  }

  private static func short(_ path: String, _ home: String?) -> String {
    guard let home, home.count > 1, path.hasPrefix(home + "/") else { return path }
    return "~" + path.dropFirst(home.count)
  }
}
