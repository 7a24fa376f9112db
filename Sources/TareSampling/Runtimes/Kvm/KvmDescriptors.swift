internal import KernelStats

/// What a process's descriptors tell of virtual machines.
struct KvmDescriptors {
  /// It made a VM with KVM.
  private(set) var ownsMachine = false
  /// Virtual CPUs of that VM.
  private(set) var vcpus: UInt64 = 0
  /// Tap devices that it has open.
  private(set) var taps: [String] = []

  /// Nil where they may not be looked at. Root in a container without CAP_SYS_PTRACE may list them, and no more.
  init?(of pid: Int32, _ root: KernelRoot) {
    guard let names = try? root.list("/proc/\(pid)/fd") else { return nil }
    var isClosed = false
    for name in names {
      let target: String
      do throws(KernelError) {
        target = try root.link(
          "/proc/\(pid)/fd/\(name)", kept: { $0.hasPrefix("anon_inode:kvm") || $0 == "/dev/net/tun" })
      } catch {
        if case .denied = error { isClosed = true }
        continue
      }
      if target == "anon_inode:kvm-vm" { ownsMachine = true }
      if target.hasPrefix("anon_inode:kvm-vcpu") { vcpus += 1 }
      if target == "/dev/net/tun", let tap = Self.interface(root.text("/proc/\(pid)/fdinfo/\(name)")) {
        taps.append(tap)
      }
    }
    if isClosed, !ownsMachine { return nil }
  }

  private static func interface(_ info: String?) -> String? {
    info?.split(separator: "\n").first { $0.hasPrefix("iff:") }.map { $0.dropFirst(4).filter { !$0.isWhitespace } }
  }
}
