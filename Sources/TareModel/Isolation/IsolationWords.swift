/// What all of it means, in sentences.
public struct IsolationWords: Sendable, Hashable {
  /// What kind of box it is.
  public let summary: String
  public let warnings: [IsolationWarning]
  /// What there was to fear and is not so: `Not privileged. No host network.`
  public let reassurance: String

  public init(_ isolation: Isolation, _ workload: Workload) {
    warnings = IsolationWarning.all(isolation, workload)
    summary = isolation.hardware.map(Self.summary) ?? Self.summary(isolation, workload)
    reassurance = isolation.hardware == nil ? Self.reassurance(isolation, warnings) : ""
  }

  /// Each of them a line or more.
  public var sentences: [String] {
    [summary] + warnings.map(\.text) + (reassurance.isEmpty ? [] : [reassurance])
  }

  private static func summary(_ hardware: VirtualHardware) -> String {
    switch hardware.accelerator {
    case .kvm:
      "A kernel of its own behind KVM: a bug of the guest's kernel stays inside, one of KVM or the VMM does not."
    case .tcg: "A kernel of its own in a process that plays a computer: nothing is shared but that process."
    case .uml: "A kernel of its own that is a process of the host: what that process may do is all that holds it."
    case .vbox, nil: "A kernel of its own: what the guest shares with the host is its VMM."
    }
  }

  private static func summary(_ isolation: Isolation, _ workload: Workload) -> String {
    if isolation.namespaces.values.allSatisfy({ if case .unknown = $0 { true } else { false } }) {
      if case .unknown(let reason) = isolation[.pid] {
        return "What it shares with the host is unknown. \(reason.explanation)"
      }
    }
    let views: [(Namespace, String)] = [(.pid, "processes"), (.mount, "files"), (.network, "network")]
    let own = views.filter { view in
      switch isolation[view.0] {
      case .own, .others: true
      case .host, .unknown: false
      }
    }.map(\.1)
    let kernel =
      workload.runtime == .gvisor
      ? "on a kernel in a program, gVisor's. A bug of that kernel stays in the sentry's own box."
      : "on the host's kernel. A kernel bug reaches the host."
    guard let last = own.last else { return "No view of its own of processes, files or network, \(kernel)" }
    let list = own.count == 1 ? last : "\(own.dropLast().joined(separator: ", ")) and \(last)"
    return "Its own view of \(list), \(kernel)"
  }

  private static func reassurance(_ isolation: Isolation, _ warnings: [IsolationWarning]) -> String {
    let found = Set(warnings.map(\.kind))
    var words: [String] = []
    let rights = isolation.confinement
    if !found.contains(.privileged), rights.capabilities.value != nil, rights.seccomp.value != nil {
      words.append("Not privileged.")
    }
    for (namespace, word) in [(Namespace.network, "network"), (.pid, "PIDs")] {
      switch isolation[namespace] {
      case .own, .others: words.append("No host \(word).")
      case .host, .unknown: break
      }
    }
    return words.joined(separator: " ")
  }
}
