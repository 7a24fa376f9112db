extension KernelRoot {
  /// Whether a process runs a program of such a name. What it calls itself, of which the kernel keeps 15 bytes, counts only
  /// where the program may not be seen. Either is a claim: anybody may give a program any name.
  public func runs(_ process: Process, named isMeant: (String) -> Bool) -> Bool {
    withoutActuallyEscaping(isMeant) { isMeant in
      let isMeantPath = { (path: String) in isMeant(Self.fileName(path)) }
      if let path = try? link("/proc/\(process.pid)/exe", kept: isMeantPath) { return isMeantPath(path) }
      return isMeant(process.comm)
    }
  }

  /// The last part of a program's path. An upgrade leaves "(deleted)" behind the name of one that still runs.
  private static func fileName(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    return name.hasSuffix(" (deleted)") ? String(name.dropLast(10)) : name
  }

  /// The children of a process as they are now; nil where the kernel does not list them (CONFIG_PROC_CHILDREN).
  public func children(of pid: Int32) -> [Int32]? {
    text("/proc/\(pid)/task/\(pid)/children")?.split { $0 == " " || $0 == "\n" }.compactMap { Int32($0) }
  }
}
