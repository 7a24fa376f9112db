internal import TareModel

/// Which files of a cgroup hold which metrics on this machine. Made once from ``Metric/catalogue``.
public final class CgroupPlan: Sendable {
  enum Content: Sendable {
    case single(Metric, scale: UInt64)
    case keyed(KeyTable)
    case pressure(some: Metric?, full: Metric?)
    case ioStat(read: Metric?, written: Metric?, reads: Metric?, writes: Metric?)
    /// Bytes or requests.
    case blkio(read: Metric?, written: Metric?)
  }

  /// A class, so that each read of a file counts one reference instead of one for every field.
  final class File: Sendable {
    /// Empty for files that every unified group has.
    let controller: String
    let name: String
    let isSlow: Bool
    let content: Content
    let metrics: [Metric]
    /// Why its metrics are missing where the file is not there.
    let absence: Reason

    init(_ members: [(metric: Metric, place: Metric.Place)], content: Content, isV1: Bool) {
      let place = members[0].place
      controller = place.controller
      name = place.file
      isSlow = place.isSlow
      self.content = content
      metrics = members.map(\.metric)
      // A controller of v1 is there for all groups of its hierarchy: what it has no file for, the kernel does not count.
      absence = place.controller.isEmpty ? .noPressure : isV1 ? .kernelTooOld : .noController
    }
  }

  let layout: CgroupLayout
  let files: [File]
  /// Which block devices are made over others; nil counts all.
  public let devices: BlockDevices?
  /// Metrics that come from no cgroup file on this machine.
  let unplaced: [(metric: Metric, reason: Reason)]

  /// - Parameter devices: which block devices are made over others; nil counts all.
  public init(_ layout: CgroupLayout, _ devices: BlockDevices? = nil) {
    (self.layout, self.devices) = (layout, devices)
    var groups: [(place: Metric.Place, members: [(metric: Metric, place: Metric.Place)])] = []
    var unplaced: [(metric: Metric, reason: Reason)] = []
    for declaration in Metric.catalogue where declaration.v1 != nil || declaration.v2 != nil {
      guard let place = Self.place(declaration, layout) else {
        unplaced.append((declaration.metric, Self.absence(declaration, layout)))
        continue
      }
      if let index = groups.firstIndex(where: { $0.place.controller == place.controller && $0.place.file == place.file }
      ) {
        groups[index].members.append((declaration.metric, place))
      } else {
        groups.append((place, [(declaration.metric, place)]))
      }
    }
    self.unplaced = unplaced
    files = groups.map { group in
      File(group.members, content: Self.content(group.members), isV1: layout.isV1(group.place.controller))
    }
  }

  /// Why a metric is in no file here.
  private static func absence(_ declaration: Metric.Declaration, _ layout: CgroupLayout) -> Reason {
    guard let v2 = declaration.v2 else { return .noController }
    if v2.controller.isEmpty { return .noPressure }
    // Its controller is there, in the version that never counted it.
    return declaration.v1 == nil && layout.isV1(v2.controller) ? .kernelTooOld : .noController
  }

  /// A metric's place: v1 where the controller is mounted so, else the unified hierarchy.
  private static func place(_ declaration: Metric.Declaration, _ layout: CgroupLayout) -> Metric.Place? {
    if let v1 = declaration.v1, layout.isV1(v1.controller) { return v1 }
    // cpuacct has no name of its own in v2; a file of the v2 cpu controller must not be looked for where v1 has it.
    if let v2 = declaration.v2, layout.unified != nil, !layout.isV1(v2.controller) { return v2 }
    return nil
  }

  private static func content(_ members: [(metric: Metric, place: Metric.Place)]) -> Content {
    switch members[0].place.format {
    case .single: return .single(members[0].metric, scale: members[0].place.scale)
    case .keyed:
      return .keyed(
        KeyTable(
          members.compactMap { member in
            guard case .keyed(let key) = member.place.format else { return nil }
            return (key, member.metric.index, member.place.scale)
          }))
    case .pressure: return .pressure(some: line(members, "some"), full: line(members, "full"))
    case .deviceSum:
      return .ioStat(
        read: line(members, "rbytes"), written: line(members, "wbytes"), reads: line(members, "rios"),
        writes: line(members, "wios"))
    case .deviceLines: return .blkio(read: line(members, "Read"), written: line(members, "Write"))
    }
  }

  private static func line(_ members: [(metric: Metric, place: Metric.Place)], _ name: String) -> Metric? {
    members.first { member in
      switch member.place.format {
      case .pressure(let key), .deviceSum(let key), .deviceLines(let key), .keyed(let key): key.description == name
      case .single: false
      }
    }?.metric
  }
}
