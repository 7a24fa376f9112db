extension Figure {
  public static let memoryGross = weight("memory.gross_bytes", "gross", "net + tare: what the host pays", \.gross)
  public static let memoryNet = weight(
    "memory.net_bytes", "net", "gross - tare: what the application would cost without its box", \.net)
  public static let memoryTare = weight(
    "memory.tare_bytes", "tare",
    "container: helpers; VM: VMM, second-level page tables, helpers, and what the guest keeps and does not use", \.tare)
  public static let cpuGross = weight("cpu.gross_percent", "gross CPU", "usage + helpers", \.gross)
  public static let cpuNet = weight("cpu.net_percent", "net CPU", "container: usage; VM: guest time", \.net)
  public static let cpuTare = weight(
    "cpu.tare_percent", "tare CPU", "gross - net: helpers, emulator, vCPUs outside of the guest", \.tare)

  static let tare = [memoryGross, memoryNet, memoryTare, cpuGross, cpuNet, cpuTare]

  private static let memoryInputs: [Metric] = [
    .memoryCurrent, .memoryHelpers, .memoryHelpersInside, .memoryHelpersResident, .memoryVmm, .memoryGuestResident,
    .memoryKernel, .memoryGuestTotal, .memoryGuestFree, .memoryBalloon, .memoryConfigured, .memoryResident,
  ]
  private static let cpuInputs: [Metric] = [.cpuUsage, .cpuHelpers, .cpuHelpersInside, .cpuGuest, .cpuEmulator]

  private static func weight(
    _ name: String, _ label: String, _ formula: String, _ value: @escaping @Sendable (Weight) -> Double?
  ) -> Figure {
    let isMemory = name.hasPrefix("memory.")
    return Figure(
      "tare.\(name)", isMemory ? .bytes : .percent, label, formula, inputs: isMemory ? memoryInputs : cpuInputs
    ) { pair in
      let weight = isMemory ? pair.memoryWeight : pair.cpuWeight
      guard let number = value(weight) else { return .missing(weight.reason ?? .notReported) }
      return isMemory ? .integer(UInt64(exactly: number.rounded()) ?? .max) : .number(number)
    }
  }
}
