internal import Glibc

extension KernelRoot {
  /// The effective user of a process, as ps(1) shows it: the owner of its folder, which costs a twentieth of reading its
  /// status. A capture does not keep owners, so there the status has it.
  public func owner(of pid: Int32) -> UInt32? {
    if holdsDescriptors {
      var status = stat()
      return unsafe stat("/proc/\(pid)", &status) == 0 ? status.st_uid : nil
    }
    guard let line = text("/proc/\(pid)/status")?.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") }) else {
      return nil
    }
    // Real, effective, saved, of file systems.
    let numbers = line.dropFirst(4).split { $0 == "\t" || $0 == " " }.compactMap { UInt32($0) }
    return numbers.count > 1 ? numbers[1] : nil
  }
}
