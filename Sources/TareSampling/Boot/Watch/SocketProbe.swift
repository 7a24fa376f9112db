internal import KernelStats

/// Whether one of a workload's own processes listens on a socket. With the host's network, or one that several share, the
/// table has others' sockets too, so only those count that are among the processes' descriptors.
enum SocketProbe {
  /// Of more processes than these only the first are asked for their descriptors.
  private static let most = 64

  /// - Returns: nil where the cgroup is gone.
  static func processes(in folder: String, _ root: KernelRoot, _ buffer: inout [UInt8]) -> [Int32]? {
    guard let count = try? root.read("\(folder)/cgroup.procs", into: &buffer) else { return nil }
    return buffer[..<count].split(separator: UInt8(ascii: "\n")).compactMap {
      Int32(String(decoding: $0, as: UTF8.self))
    }
  }

  /// The sockets that they hold, by inode.
  static func sockets(of processes: [Int32], _ root: KernelRoot) -> Set<UInt64> {
    var inodes: Set<UInt64> = []
    for pid in processes.prefix(most) {
      for name in (try? root.list("/proc/\(pid)/fd")) ?? [] {
        guard let target = try? root.link("/proc/\(pid)/fd/\(name)", kept: { _ in false }),
          target.hasPrefix("socket:["), let inode = UInt64(target.dropFirst(8).dropLast())
        else { continue }
        inodes.insert(inode)
      }
    }
    return inodes
  }

  /// Sockets of these that listen, if any does. The kernel goes through all its connections for it, which takes 5 ms and more.
  /// - Parameter pid: a process in their network.
  static func listening(_ sockets: Set<UInt64>, in pid: Int32, _ root: KernelRoot, _ buffer: inout [UInt8])
    -> Set<UInt64>
  {
    guard !sockets.isEmpty else { return [] }
    for name in ["tcp", "tcp6"] {
      guard let count = try? root.read("/proc/\(pid)/net/\(name)", into: &buffer),
        let table = try? ListeningSockets(buffer.span.extracting(first: count))
      else { continue }
      let found = table.inodes.intersection(sockets)
      if !found.isEmpty { return found }
    }
    return []
  }
}
