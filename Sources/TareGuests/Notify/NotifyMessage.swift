/// What a service manager, in a guest for instance, tells of itself (sd_notify(3), systemd(1) "vmm.notify_socket"): lines
/// `NAME=VALUE`. Those that are not known are skipped.
public struct NotifyMessage: Sendable, Hashable {
  /// `READY=1`: all that was to be started is up.
  public var isReady = false
  /// `X_SYSTEMD_UNIT_ACTIVE=`, a unit that is up, such as `ssh-access.target`. Foreign text.
  public var activeUnits: [String] = []
  /// `STATUS=`, in words. Foreign text.
  public var status: String?
  /// `EXIT_STATUS=`: it ends.
  public var exitStatus: Int32?

  /// More than any message has.
  static let limit = 64 << 10
  private static let mostUnits = 256

  public init(_ bytes: some Collection<UInt8>) {
    for line in bytes.prefix(Self.limit).split(separator: UInt8(ascii: "\n")) {
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = String(decoding: line[line.index(after: equals)...], as: UTF8.self)
      switch String(decoding: line[..<equals], as: UTF8.self) {
      case "READY": isReady = isReady || value == "1"
      case "X_SYSTEMD_UNIT_ACTIVE": if activeUnits.count < Self.mostUnits { activeUnits.append(value) }
      case "STATUS": status = value
      case "EXIT_STATUS": exitStatus = Int32(value)
      default: continue
      }
    }
  }
}
