/// What the kernel lets a process do, whatever it can see.
public struct Confinement: Sendable, Hashable {
  /// From the lines `Seccomp` and `Seccomp_filters` of /proc/PID/status: which system calls are open.
  public enum Seccomp: Sendable, Hashable {
    case disabled
    /// read, write, exit and sigreturn alone.
    case strict
    /// How many filters lie over each other; nil before Linux 5.9.
    case filter(UInt64?)

    /// As in `tare inspect --format json`.
    public var word: String {
      switch self {
      case .disabled: "disabled"
      case .strict: "strict"
      case .filter: "filter"
      }
    }
  }

  /// From /proc/PID/attr/current.
  public enum SecurityLabel: Sendable, Hashable {
    /// No module that labels processes is switched on.
    case none
    case unconfined
    /// Profile, and mode where it is told: `docker-default`, `enforce`. Foreign text.
    case appArmor(profile: String, mode: String?)
    case selinux(String)

    public init(_ text: String) {
      // AppArmor ends with a line feed, SELinux with NUL.
      let label = text.prefix { $0 != "\n" && $0 != "\0" }
      if label.trimmedBlanks.isEmpty {
        self = .none
      } else if label == "unconfined" {
        self = .unconfined
      } else if label.split(separator: ":").count >= 3, !label.contains(" ") {
        self = .selinux(String(label))
      } else if label.hasSuffix(")"), let open = label.lastIndex(of: "("), open > label.startIndex {
        let mode = label[label.index(after: open)...].dropLast()
        self = .appArmor(profile: label[..<open].trimmedBlanks, mode: String(mode))
      } else {
        self = .appArmor(profile: String(label), mode: nil)
      }
    }
  }

  /// Real user, as this machine numbers users.
  public var user: Fact<UInt32>
  public var seccomp: Fact<Seccomp>
  /// A program that it starts cannot gain rights.
  public var noNewPrivileges: Fact<Bool>
  public var capabilities: Fact<Capabilities>
  public var label: Fact<SecurityLabel>

  /// All of it unknown, for one reason.
  public init(unknown reason: Reason) {
    user = .unknown(reason)
    seccomp = .unknown(reason)
    noNewPrivileges = .unknown(reason)
    capabilities = .unknown(reason)
    label = .unknown(reason)
  }
}

extension Substring {
  fileprivate var trimmedBlanks: String {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
