/// Of how many cgroups with processes in them tare sees the files, and whether it can read one.
public struct CgroupSight: Sendable {
  public private(set) var seen = 0
  public private(set) var hidden = 0
  /// What kept it from reading one that it sees.
  public private(set) var error: KernelError?

  public init(_ root: KernelRoot, _ layout: CgroupLayout) {
    // The hierarchy of the most important figures.
    let controller = layout.isV1("memory") ? "memory" : ""
    let memberships = (try? ProcessRegister(root, layout).update(.all))?.memberships ?? []
    let paths = Set(memberships.compactMap { controller.isEmpty ? $0.unified : $0.controllers[controller] })
    var buffer = [UInt8](repeating: 0, count: 4096)
    var wasRead = false
    for path in paths.sorted() {
      guard let folder = layout.place(path, controller).folder else {
        hidden += 1
        continue
      }
      seen += 1
      guard !wasRead else { continue }
      do throws(KernelError) {
        _ = try root.read("\(folder)/\(controller.isEmpty ? "cgroup.controllers" : "memory.stat")", into: &buffer)
        (wasRead, error) = (true, nil)
      } catch {
        self.error = error
      }
    }
  }
}
