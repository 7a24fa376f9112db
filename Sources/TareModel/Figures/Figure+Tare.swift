extension Figure {
  public static let memoryGross = weight(
    "memory.gross_bytes", "gross", "net + tare: what the host pays", .gross,
    others: .none("No other tool adds up what a box costs the host: charge, VMM and helpers stand apart, if anywhere."))
  public static let memoryNet = weight(
    "memory.net_bytes", "net",
    "gross - tare: what the application would cost without its box; missing where a guest does not tell", .net,
    others: .tools([
      "docker stats": "near it for a container: the charge less inactive page cache, without helpers",
      "free in the guest": "near it for a VM: used + buff/cache is what the guest uses of its RAM",
    ]))
  public static let memoryTare = weight(
    "memory.tare_bytes", "tare",
    "container: helpers; VM: VMM, second-level page tables, helpers, and what the guest keeps and does not use", .tare,
    others: .none("No other tool tells box from contents: htop shows shims and VMMs as processes among all others."))
  public static let cpuGross = weight(
    "cpu.gross_percent", "gross CPU", "usage + helpers", .gross,
    others: .tools([
      "docker stats": "less: helpers run outside of the container's cgroup",
      "virt-top": "less, where helpers are processes of their own, and as percent of the whole machine",
    ]))
  public static let cpuNet = weight(
    "cpu.net_percent", "net CPU", "container: usage without helpers inside; VM: guest time", .net,
    others: .tools([
      "docker stats": "about the same for a container: no helper is taken off", "pidstat": "%guest: the same for a VM",
      "top in the guest": "about the same, as the guest's own clock tells it",
    ]))
  public static let cpuTare = weight(
    "cpu.tare_percent", "tare CPU", "gross - net: helpers, emulator, vCPUs outside of the guest", .tare,
    others: .none(
      "No other tool tells box from contents: for a VM it is near pidstat's %usr + %system, without %guest."))

  static let tare = [memoryGross, memoryNet, memoryTare, cpuGross, cpuNet, cpuTare]

  private static let memoryInputs: [Metric] = [
    .memoryCurrent, .memoryAnon, .memoryFile, .memoryKernel, .memoryHelpers, .memoryHelpersInside,
    .memoryHelpersResident, .memoryVmm, .memoryGuestResident, .memoryGuestTotal, .memoryGuestFree, .memoryBalloon,
    .memoryHugetlb, .memoryConfigured, .memoryResident, .memoryKsmSaved, .memoryLimit,
  ]
  private static let cpuInputs: [Metric] = [.cpuUsage, .cpuHelpers, .cpuHelpersInside, .cpuGuest, .cpuEmulator]

  private static func weight(
    _ name: String, _ label: String, _ formula: String, _ total: Weight.Total, others: Others
  ) -> Figure {
    let isMemory = name.hasPrefix("memory.")
    let weigh: @Sendable (Frame.Pair) -> Weight = { isMemory ? $0.memoryWeight : $0.cpuWeight }
    return Figure(
      "tare.\(name)", isMemory ? .bytes : .percent, label, formula, inputs: isMemory ? memoryInputs : cpuInputs,
      certainty: { weigh($0)[total]?.certainty ?? .unknown }, others: others, weight: weigh,
      evaluate: { pair in
        let weight = weigh(pair)
        let known: Double? =
          switch total {
          case .gross: weight.gross
          case .net: weight.net
          case .tare: weight.tare
          }
        guard let sum = known else { return .missing(weight.reason ?? .notReported) }
        return isMemory ? .integer(UInt64(exactly: sum.rounded()) ?? .max) : .number(sum)
      })
  }
}
