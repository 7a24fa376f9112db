internal import KernelStats
internal import TareModel

/// Tells whether a workload is paused: by the freezer of its cgroup (cgroup-v2.rst, "cgroup.freeze"; freezer-subsystem.rst), by
/// its first process, which a signal stops, and by what libvirt keeps of a domain.
final class PauseReader {
  private let root: KernelRoot
  private let isMachine: Bool
  private let events: [HeldFile]
  private let freezer: [HeldFile]
  private let freeze: [String]
  private let process: String
  private let domain: DomainState?
  private var domainWritten: UInt64?
  private var domainState: RunState?
  /// The first process is stopped.
  private var isStopped = false
  private var lastUsage: Reading = .missing(.firstSample)
  private var state: RunState = .missing(.firstSample)

  /// - Parameter row: a workload in the cgroups of its first process where it has none of its own: whoever freezes those
  ///   freezes it too.
  init(_ row: Discovery.Row, _ root: KernelRoot, _ layout: CgroupLayout, _ budget: DescriptorBudget) {
    self.root = root
    isMachine = row.finding.kind == .vm && row.description.machine?.accelerator != .uml
    domain = row.description.domainState
    let (own, pid) = (row.finding.own, row.finding.main.pid)
    process = "/proc/\(pid)/stat"
    var buffer = [UInt8](repeating: 0, count: 4096)
    let first = root.membership(of: pid, layout, &buffer)
    // An engine freezes the group that the first process is in, which may lie below its own; the kernel tells there, too,
    // of a group above it. The root of a hierarchy cannot be frozen.
    func folders(_ controller: String, _ paths: [String?]) -> [String] {
      var folders: [String] = []
      for case let path? in paths where path != "/" {
        if let folder = layout.place(path, controller).folder, !folders.contains(folder) { folders.append(folder) }
      }
      return folders
    }
    let unified = layout.unified == nil ? [] : folders("", [first?.unified, own.unified])
    events = unified.map { HeldFile("\($0)/cgroup.events", root, budget) }
    freeze = unified.map { "\($0)/cgroup.freeze" }
    freezer =
      layout.isV1("freezer")
      ? folders("freezer", [first?.controllers["freezer"], own.controllers["freezer"]])
        .map { HeldFile("\($0)/freezer.state", root, budget) } : []
  }

  /// - Parameters:
  ///   - isWhole: whether what is seldom so is looked at too: a first process that a signal stopped, a freeze that does not come to
  ///     its end.
  ///   - isStopped: what is known of the first process already.
  func read(
    into sample: inout Sample, row: Int, buffer: inout [UInt8], isWhole: Bool, isStopped known: Bool? = nil
  ) {
    defer { sample.states[row] = state }
    let usage = sample[row, .cpuUsage]
    defer { lastUsage = usage }
    // Who has used the CPU since was not paused.
    let hasRun = !isMachine && usage.number != nil && lastUsage.number != nil && usage != lastUsage
    if hasRun, state == .running { return }
    if let known {
      isStopped = known
    } else if isWhole || isStopped {
      isStopped = firstProcessIsStopped(&buffer)
    }
    state = look(isWhole, &buffer)
  }

  private func look(_ isWhole: Bool, _ buffer: inout [UInt8]) -> RunState {
    var asked = false
    for file in freezer {
      guard let count = try? file.read(into: &buffer) else { continue }
      let word = buffer[..<count]
      if word.starts(with: Self.frozen) { return .paused }
      asked = asked || word.starts(with: Self.freezing)
    }
    for file in events {
      guard let count = try? file.read(into: &buffer) else { continue }
      var isFrozen = false
      try? Self.table.read(buffer.span.extracting(first: count)) { _, value in isFrozen = value == 1 }
      if isFrozen { return .paused }
    }
    if isStopped { return .paused }
    if isWhole || state == .pausing, freeze.contains(where: { root.line($0) == "1" }) { asked = true }
    if asked { return .pausing }
    guard isMachine else { return .running }
    return domain.map { state(of: $0) } ?? .missing(.notReported)
  }

  private static let frozen = Array("FROZEN".utf8)
  private static let freezing = Array("FREEZING".utf8)
  private static let table = KeyTable([(StaticKey("frozen"), 0, 1)])

  private func firstProcessIsStopped(_ buffer: inout [UInt8]) -> Bool {
    guard let count = try? root.read(process, into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count))
    else { return false }
    return stat.isStopped
  }

  /// libvirt writes the file anew at each change.
  private func state(of domain: DomainState) -> RunState {
    let written = root.modified(domain.path)
    if let domainState, written != nil, written == domainWritten { return domainState }
    domainWritten = written
    let state = domain.read(root)
    domainState = state
    return state
  }
}
