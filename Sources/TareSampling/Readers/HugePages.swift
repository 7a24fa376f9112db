internal import KernelStats
internal import TareModel

/// Huge pages of hugetlbfs that containers hold. The memory charge leaves them out, so they are read from the hugetlb controller,
/// and only while any are in use on the machine.
final class HugePages {
  private struct Size {
    /// As the controller's files call it: `2MB`.
    let name: String
    let bytes: UInt64
    let all: HeldFile
    let free: HeldFile
  }

  private let root: KernelRoot
  private let layout: CgroupLayout
  private let sizes: [Size]
  /// Bytes in pages of any size that are in use; nil where this machine, or what was captured of it, does not say it.
  private var used: UInt64?
  /// Bytes of them that VMs hold.
  private var held: UInt64 = 0

  init(_ root: KernelRoot, _ layout: CgroupLayout, _ budget: DescriptorBudget) {
    (self.root, self.layout) = (root, layout)
    let folder = "/sys/kernel/mm/hugepages"
    sizes = ((try? root.list(folder)) ?? []).sorted().compactMap { entry in
      Self.name(entry).map { name in
        Size(
          name: name.text, bytes: name.bytes, all: HeldFile("\(folder)/\(entry)/nr_hugepages", root, budget),
          free: HeldFile("\(folder)/\(entry)/free_hugepages", root, budget))
      }
    }
  }

  /// `2MB` of `hugepages-2048kB`: as mem_fmt of the kernel's hugetlb_cgroup.c writes it.
  static func name(_ entry: String) -> (text: String, bytes: UInt64)? {
    guard entry.hasPrefix("hugepages-"), entry.hasSuffix("kB"), let size = UInt64(entry.dropFirst(10).dropLast(2))
    else { return nil }
    let text = size >= 1 << 20 ? "\(size >> 20)GB" : size >= 1 << 10 ? "\(size >> 10)MB" : "\(size)KB"
    return (text, size.saturating(times: 1024))
  }

  /// Looks how many are in use.
  func update(_ buffer: inout [UInt8]) {
    held = 0
    used = root.isLive || !sizes.isEmpty ? 0 : nil
    for size in sizes {
      guard let all = number(size.all, &buffer), let free = number(size.free, &buffer), all > free else { continue }
      used?.add(saturating: (all - free).saturating(times: size.bytes))
    }
  }

  /// Takes into account what a VMM holds: where VMs hold all that is in use, no container has any.
  func add(heldBy pid: Int32, _ buffer: inout [UInt8]) {
    guard let used, used > 0, let count = try? root.read("\(root.folder(of: pid))/status", into: &buffer),
      let status = try? ProcessStatus(buffer.span.extracting(first: count))
    else { return }
    held.add(saturating: status.hugetlb ?? 0)
  }

  private func number(_ file: HeldFile, _ buffer: inout [UInt8]) -> UInt64? {
    try? file.read(into: &buffer) { bytes throws(FormatError) in
      var cursor = Cursor()
      return try cursor.number(bytes)
    }
  }

  /// Bytes in huge pages that the charge of these cgroups does not contain.
  func reading(of own: OwnCgroups, _ buffer: inout [UInt8]) -> Reading {
    guard let used else { return .missing(.notReported) }
    // Charged with everything else where cgroup2 is mounted so.
    if used <= held || layout.chargesHugetlb && !layout.isV1("memory") { return .value(0) }
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
