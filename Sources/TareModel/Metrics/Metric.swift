/// A raw counter or gauge of one workload. What each is and where it comes from stands in ``Metric/catalogue``.
public enum Metric: UInt8, Sendable, Hashable, CaseIterable {
  case cpuUsage, cpuUser, cpuSystem, cpuGuest, cpuEmulator, cpuWait
  case cpuPeriods, cpuThrottledPeriods, cpuThrottled
  case cpuLimit, cpuCount
  case memoryCurrent, memoryInactiveFile, memoryAnon, memoryFile, memoryKernel
  case memoryLimit, memoryConfigured, memoryResident, memoryGuestUsed, memoryKsmSaved, memoryOomKills
  case memoryGuestResident, memoryVmm, memoryHelpers, memoryHelpersInside, memoryHelpersResident
  case memoryGuestTotal, memoryGuestFree, memoryBalloon, memoryHugetlb
  case memorySwap, memorySwapLimit, memoryZswap
  case pressureCpuSome, pressureMemorySome, pressureMemoryFull, pressureIoSome
  case ioRead, ioWritten, ioReads, ioWrites
  case networkReceived, networkSent
  case cpuHelpers, cpuHelpersInside
  case processCount, processLimit

  /// How many metrics a workload has.
  public static let count = allCases.count

  /// All that are declared so (``Declaration/isCarried``).
  public static let carried = catalogue.filter(\.isCarried).map(\.metric)

  /// Its place in ``carried``; nil for all others.
  public var carriedIndex: Int? {
    let place = Self.carriedPlaces[index]
    return place < 0 ? nil : place
  }

  private static let carriedPlaces = allCases.map { carried.firstIndex(of: $0) ?? -1 }

  /// Its place in a sample's row.
  public var index: Int { Int(rawValue) }

  public enum Unit: String, Sendable { case nanoseconds, microseconds, bytes, count, microcores }
  public enum Kind: String, Sendable {
    /// Only ever grows; a rate is made of two readings.
    case counter
    /// Stands for itself.
    case gauge
  }

  /// How the number stands in its file.
  public enum Format: Sendable, Hashable {
    /// The file is one number, or `max`.
    case single
    /// `key value` lines.
    case keyed(StaticKey)
    /// `some avg10=… total=N` or `full …` lines of a pressure file, microseconds.
    case pressure(StaticKey)
    /// `MAJ:MIN rbytes=N wbytes=N …` lines of io.stat, summed over devices.
    case deviceSum(StaticKey)
    /// `MAJ:MIN Read N` lines of blkio, summed over devices.
    case deviceLines(StaticKey)
  }

  /// Where a cgroup keeps the number.
  public struct Place: Sendable, Hashable {
    /// The v1 controller whose hierarchy holds the file; in v2 the controller that makes it appear.
    public let controller: String
    public let file: String
    public let format: Format
    /// The file's unit times this is the metric's unit.
    public let scale: UInt64
    /// Changes seldom, and is read seldom.
    public let isSlow: Bool

    public init(_ controller: String, _ file: String, _ format: Format, scale: UInt64 = 1, isSlow: Bool = false) {
      self.controller = controller
      self.file = file
      self.format = format
      self.scale = scale
      self.isSlow = isSlow
    }
  }

  /// What a metric is, as data.
  public struct Declaration: Sendable {
    public let metric: Metric
    public let name: String
    public let unit: Unit
    public let kind: Kind
    public let help: String
    /// In a cgroup v2.
    public let v2: Place?
    /// In a cgroup v1. Pressure comes from the unified hierarchy beside it, where there is one.
    public let v1: Place?
    /// Where it comes from for a VM, in words.
    public let machine: String?
    /// Where it comes from for a container, in words, where that is not one file of its cgroup.
    public var container: String?
    /// The same in cgroup v1, where that is another.
    public var containerV1: String?
    /// A counter that can grow although nothing of the workload runs: stalls, traffic of disks and networks, what its helpers run.
    /// Of a workload that stands still it is read seldom, each time with its own instant; see ``Sample/earlier``.
    public var isCarried = false

    /// As one that is carried.
    var carried: Declaration {
      var declaration = self
      declaration.isCarried = true
      return declaration
    }
  }

  public var declaration: Declaration { Metric.catalogue[index] }
}

/// A key of a kernel file that is compared without making a string.
public struct StaticKey: Sendable, Hashable, CustomStringConvertible {
  public let bytes: [UInt8]

  public init(_ text: StaticString) {
    bytes = Array(text.description.utf8)
  }

  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
