internal import TareModel

/// The CPUs that a cgroup may run on, where they are fewer than the machine has: a limit of as many cores.
/// From cgroup-v2.rst, "Cpuset Interface Files", and cgroup-v1/cpusets.rst.
struct CpuSet {
  private static let online = "/sys/devices/system/cpu/online"
  /// Of the group and those above it: on v2 a group for which the controller is not enabled has the set of the next one
  /// above that has it.
  let files: [String]

  init(isV1: Bool, _ folders: [String]) {
    // The effective set is within those of all groups above.
    files = (isV1 ? folders.prefix(1) : folders[...]).map {
      "\($0)/\(isV1 ? "cpuset.effective_cpus" : "cpuset.cpus.effective")"
    }
  }

  /// A quota, or the number of CPUs where that is less. In millionths of a core.
  func bound(_ quota: Reading, _ root: KernelRoot, _ buffer: inout [UInt8]) -> Reading {
    guard let all = Self.count(Self.online, root, &buffer), let own = cpus(root, &buffer), own < all else {
      return quota
    }
    let limit = UInt64(own) &* 1_000_000
    return .value(min(limit, quota.number ?? limit))
  }

  private func cpus(_ root: KernelRoot, _ buffer: inout [UInt8]) -> Int? {
    for file in files {
      if let count = Self.count(file, root, &buffer) { return count > 0 ? count : nil }
    }
    return nil
  }

  private static func count(_ path: String, _ root: KernelRoot, _ buffer: inout [UInt8]) -> Int? {
    guard let count = try? root.read(path, into: &buffer) else { return nil }
    return cpuCount(String(decoding: buffer[..<count], as: UTF8.self))
  }
}

/// How many CPUs a list such as `0-3,8` names; nil where it is none. No machine has a million; a file may say anything.
func cpuCount(_ list: String) -> Int? {
  var sum = 0
  for range in list.split(whereSeparator: { $0 == "," || $0 == "\n" }) {
    let ends = range.split(separator: "-").map { Int($0) }
    guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0, last >= first,
      last < 1 << 20
    else { return nil }
    sum += last - first + 1
  }
  return sum
}
