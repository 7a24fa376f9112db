internal import KernelStats
internal import TareModel

extension DiscoveryContext {
  /// Sockets that engines which run now were told to listen on. The arguments are claims: whoever connects checks that
  /// this very process is at the other end.
  func engineSockets() -> [EngineSocket] {
    guard root.isLive else { return [] }
    return processes.processes.flatMap { process -> [EngineSocket] in
      guard process.comm == "dockerd" || process.comm == "podman", !process.isKernelThread,
        let program = try? root.link("/proc/\(process.pid)/exe", kept: { _ in false }),
        program.hasSuffix("/\(process.comm)"), root.sharesOurFiles(process.pid),
        let arguments = root.arguments(of: process.pid, keep: { _ in [] })
      else { return [] }
      return Self.sockets(in: arguments).map { EngineSocket(path: $0, pid: process.pid) }
    }
  }

  /// `-H unix://S`, `--host=unix://S`, or `unix://S` as the place of `podman system service`.
  static func sockets(in arguments: [String]) -> [String] {
    arguments.compactMap { argument in
      let value = argument.hasPrefix("-") ? argument.drop { $0 != "=" }.dropFirst() : argument[...]
      guard value.hasPrefix("unix:///") else { return nil }
      return String(value.dropFirst("unix://".count))
    }
  }
}
