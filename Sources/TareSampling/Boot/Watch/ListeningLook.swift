internal import KernelStats

/// Whether one of a workload's own processes listens on a socket. With the host's network, or one that several share, the
/// table has others' sockets too, so only those count that are among the processes' descriptors.
enum ListeningLook {
  /// Of more processes than these only the first are asked for their descriptors.
  private static let most = 64

  /// - Returns: nil where the cgroup is gone.
  static func processes(in folder: String, _ root: KernelRoot, _ buffer: inout [UInt8]) -> [Int32]? {
    guard let count = try? root.read("\(folder)/cgroup.procs", into: &buffer) else { return nil }
    return buffer[..<count].split(separator: UInt8(ascii: "\n")).compactMap {
      Int32(String(decoding: $0, as: UTF8.self))
    }
  }

  /// - Parameter processes: they share the network of the first.
  static func listens(_ processes: [Int32], _ root: KernelRoot, _ buffer: inout [UInt8]) -> Bool {
    guard let first = processes.first else { return false }
    var inodes: Set<UInt64> = []
    for name in ["tcp", "tcp6"] {
      guard let count = try? root.read("/proc/\(first)/net/\(name)", into: &buffer),
        let table = try? ListeningSockets(buffer.span.extracting(first: count))
      else { continue }
      inodes.formUnion(table.inodes)
    }
    guard !inodes.isEmpty else { return false }
    return processes.prefix(most).contains { holds(one: inodes, $0, root) }
  }

  private static func holds(one inodes: Set<UInt64>, _ pid: Int32, _ root: KernelRoot) -> Bool {
    ((try? root.list("/proc/\(pid)/fd")) ?? []).contains { name in
      guard let target = try? root.link("/proc/\(pid)/fd/\(name)", kept: { _ in false }), target.hasPrefix("socket:[")
      else { return false }
      return UInt64(target.dropFirst(8).dropLast()).map(inodes.contains) ?? false
    }
  }
}
