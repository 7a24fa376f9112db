extension KernelRoot {
  /// The children of a process as they are now; nil where the kernel does not list them (CONFIG_PROC_CHILDREN).
  public func children(of pid: Int32) -> [Int32]? {
    text("/proc/\(pid)/task/\(pid)/children")?.split { $0 == " " || $0 == "\n" }.compactMap { Int32($0) }
  }
}
