internal import KernelStats
internal import Synchronization

/// What was read of processes that are no longer young: it does not change, and is asked for at each pass.
final class ArgumentCache: Sendable {
  private struct Key: Hashable {
    let pid: Int32
    let start: UInt64
  }
  private struct State {
    var words: [Key: [String]] = [:]
    /// How many there may be before those of ended processes are looked for.
    var limit = 256
  }
  private let state = Mutex(State())

  func arguments(of process: Process, _ read: () -> [String]?) -> [String]? {
    let key = Key(pid: process.pid, start: process.start)
    if let known = state.withLock({ $0.words[key] }) { return known }
    guard let words = read() else { return nil }
    state.withLock { $0.words[key] = words }
    return words
  }

  func keep(_ processes: ProcessTable) {
    state.withLock { state in
      guard state.words.count > state.limit else { return }
      state.words = state.words.filter { processes[$0.key.pid]?.start == $0.key.start }
      state.limit = max(256, 2 * state.words.count)
    }
  }
}

extension DiscoveryContext {
  /// Until then a process may execute another program.
  private static let startupWindow: UInt64 = 10_000_000_000

  /// A process's arguments: claims of whoever started it.
  /// - Parameter keep: which of them a capture gets.
  func arguments(of process: Process, keep: ([String]) -> [String]) -> [String]? {
    guard root.holdsDescriptors, let memory, now.boottime > process.start &* root.facts.tick &+ Self.startupWindow
    else {
      return root.arguments(of: process.pid, keep: keep)
    }
    return memory.arguments(of: process) { root.arguments(of: process.pid, keep: keep) }
  }
}
