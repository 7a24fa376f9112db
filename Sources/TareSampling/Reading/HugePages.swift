internal import KernelStats
internal import TareModel

/// Huge pages of hugetlbfs that containers hold. The memory charge leaves them out, so they are read from the hugetlb controller,
/// and only while any are in use on the machine.
final class HugePages {
  private struct Size {
    /// As the controller's files call it: `2MB`.
    let name: String
    let all: HeldFile
    let free: HeldFile
  }

  private let root: KernelRoot
  private let layout: CgroupLayout
  private let sizes: [Size]
  /// Whether pages of any size are in use; nil where this machine, or what was captured of it, does not say it.
  private var areUsed: Bool?

  init(_ root: KernelRoot, _ layout: CgroupLayout, _ budget: DescriptorBudget) {
    (self.root, self.layout) = (root, layout)
    let folder = "/sys/kernel/mm/hugepages"
    sizes = ((try? root.list(folder)) ?? []).sorted().compactMap { entry in
      Self.name(entry).map { name in
        Size(
          name: name, all: HeldFile("\(folder)/\(entry)/nr_hugepages", root, budget),
          free: HeldFile("\(folder)/\(entry)/free_hugepages", root, budget))
      }
    }
  }

  /// `2MB` of `hugepages-2048kB`: as mem_fmt of the kernel's hugetlb_cgroup.c writes it.
  static func name(_ entry: String) -> String? {
    guard entry.hasPrefix("hugepages-"), entry.hasSuffix("kB"), let size = UInt64(entry.dropFirst(10).dropLast(2))
    else { return nil }
    if size >= 1 << 20 { return "\(size >> 20)GB" }
    return size >= 1 << 10 ? "\(size >> 10)MB" : "\(size)KB"
  }

  /// Looks whether any are in use.
  func update(_ buffer: inout [UInt8]) {
    if sizes.isEmpty {
      areUsed = root.isLive ? false : nil
      return
    }
    var (all, free): (UInt64, UInt64) = (0, 0)
    for size in sizes {
      guard let one = number(size.all, &buffer), let unused = number(size.free, &buffer) else { continue }
      all.add(saturating: one)
      free.add(saturating: unused)
    }
    areUsed = all > free
  }

  private func number(_ file: HeldFile, _ buffer: inout [UInt8]) -> UInt64? {
    try? file.read(into: &buffer) { bytes throws(FormatError) in
      var cursor = Cursor()
      return try cursor.number(bytes)
    }
  }

  /// Bytes in huge pages that the charge of these cgroups does not contain.
  func reading(of own: OwnCgroups, _ buffer: inout [UInt8]) -> Reading {
    guard let areUsed else { return .missing(.notReported) }
    // Charged with everything else where cgroup2 is mounted so.
    if !areUsed || layout.chargesHugetlb && !layout.isV1("memory") { return .value(0) }
    guard let folder = own.folder("hugetlb", layout) else { return .missing(.sharedCgroup) }
    let file = layout.isV1("hugetlb") ? "usage_in_bytes" : "current"
    var sum: UInt64 = 0
    for size in sizes {
      let path = "\(folder)/hugetlb.\(size.name).\(file)"
      do throws(KernelError) {
        let count = try root.read(path, into: &buffer)
        var cursor = Cursor()
        guard let bytes = try? cursor.number(buffer.span.extracting(first: count)) else { return .missing(.malformed) }
        sum.add(saturating: bytes)
      } catch {
        if case .notFound = error { return .missing(.noController) }
        return .missing(error.reason)
      }
    }
    return .value(sum)
  }
}
