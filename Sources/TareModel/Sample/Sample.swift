/// Raw readings of one instant: no rate, no ratio, nothing derived. Reused from tick to tick, so taking one allocates nothing.
public struct Sample: Sendable {
  /// Monotonic nanoseconds of the sample's end.
  public var monotonic: UInt64 = 0
  /// Realtime nanoseconds since 1970 of the same instant.
  public var realtime: UInt64 = 0
  /// Which of its source's hosts it is of: a place in ``SourceTraits/hosts``.
  public var origin = 0
  /// Between it and the sample before nobody looked: no rate is made over that time.
  public var followsGap = false
  public var host: Host
  public var hostReadings = HostReadings()
  /// Monotonic nanoseconds at which the host's CPU time was read.
  public var hostReadAt: UInt64 = 0
  /// The rows. Shared between samples until discovery changes it.
  public var workloads: [Workload] = []
  /// What tells one workload from its successor of the same id, row by row; never given twice in a run.
  public var serials: [UInt64] = []
  /// Monotonic nanoseconds at which each row was read.
  public var readAt: [UInt64] = []
  /// Row after row, ``Metric/count`` readings each.
  public var readings: [Reading] = []
  /// Whether each row's processes may run; ``runState(row:)`` knows of VMs more.
  public var states: [RunState] = []
  /// Which of each row's readings are bounds.
  public var bounds: [MetricBounds] = []
  /// Row after row, the readings of ``Metric/carried`` at the read before their last one.
  public var earlier: [Reading] = []
  /// Monotonic nanoseconds of the last read of ``Metric/carried`` in each row, and of the one before; 0 where they are
  /// read with everything else.
  public var carriedAt: [UInt64] = []
  public var carriedBefore: [UInt64] = []
  /// What engines said of workloads a moment ago.
  public var news = EngineNews()
  /// Workloads that came and went between two looks, the last thousand; oldest first.
  public var brief: [BriefLife] = []
  /// How often so many starts came at once that the kernel could not tell of all.
  public var lostStarts = 0
  /// What each row's machine told of itself and of its guest.
  public var guests: [GuestAnswer] = []
  /// What could not be read as a whole: a source, a file in a bad form.
  public var problems: [Problem] = []
  /// Names of runtimes and hypervisors that did not answer in time: what of theirs runs, or what it is called, is not known.
  public var unanswered: Set<String> = []
  /// Why processes are not seen as they start; nil where they are, and where nobody watches.
  public var startsUnheard: String?
  /// Cgroups that workloads are in, where somebody looks at them.
  public var slices: [SliceReadings] = []
  /// The group whose members may open Docker's socket, where this user may not.
  public var openGroup: String?
  public var own = OwnCost()
  /// Holds only what the first picture needs, taken in a hurry: no rate is made with it.
  public var isSketch = false

  public init(host: Host) {
    self.host = host
  }

  public subscript(row: Int, metric: Metric) -> Reading {
    get { readings[row * Metric.count + metric.index] }
    set { readings[row * Metric.count + metric.index] = newValue }
  }

  /// Makes room for these rows, keeping the memory that is there.
  public mutating func prepare(_ workloads: [Workload], serials: [UInt64]) {
    self.workloads = workloads
    self.serials = serials
    let rows = workloads.count
    if readAt.count != rows {
      readAt.removeAll(keepingCapacity: true)
      readAt.append(contentsOf: repeatElement(0, count: rows))
      readings.removeAll(keepingCapacity: true)
      readings.append(contentsOf: repeatElement(.missing(.notApplicable), count: rows * Metric.count))
      earlier.removeAll(keepingCapacity: true)
      earlier.append(contentsOf: repeatElement(.missing(.firstSample), count: rows * Metric.carried.count))
    }
    carriedAt.removeAll(keepingCapacity: true)
    carriedAt.append(contentsOf: repeatElement(0, count: rows))
    carriedBefore.removeAll(keepingCapacity: true)
    carriedBefore.append(contentsOf: repeatElement(0, count: rows))
    states.removeAll(keepingCapacity: true)
    for workload in workloads {
      states.append(.missing(workload.kind == .user ? .notApplicable : .firstSample))
    }
    bounds.removeAll(keepingCapacity: true)
    bounds.append(contentsOf: repeatElement(MetricBounds(), count: rows))
    guests.removeAll(keepingCapacity: true)
    for workload in workloads { guests.append(.missing(workload.kind == .vm ? .noGuestAgent : .notApplicable)) }
    problems.removeAll(keepingCapacity: true)
  }

  /// Goes over to these rows: those that were there keep their readings, new ones have none yet.
  public mutating func rearrange(_ workloads: [Workload], serials: [UInt64]) {
    let old = self
    let places = Dictionary(old.serials.enumerated().map { ($1, $0) }) { first, _ in first }
    prepare(workloads, serials: serials)
    problems = old.problems
    // What was there may lie in other rows now.
    readings.removeAll(keepingCapacity: true)
    earlier.removeAll(keepingCapacity: true)
    for (row, serial) in serials.enumerated() {
      guard let place = places[serial] else {
        readAt[row] = 0
        readings.append(contentsOf: repeatElement(.missing(.firstSample), count: Metric.count))
        earlier.append(contentsOf: repeatElement(.missing(.firstSample), count: Metric.carried.count))
        continue
      }
      readAt[row] = old.readAt[place]
      bounds[row] = old.bounds[place]
      states[row] = old.states[place]
      if place < old.guests.count { guests[row] = old.guests[place] }
      (carriedAt[row], carriedBefore[row]) = (old.carriedAt[place], old.carriedBefore[place])
      readings.append(contentsOf: old.readings[place * Metric.count..<(place + 1) * Metric.count])
      earlier.append(contentsOf: old.earlier[place * Metric.carried.count..<(place + 1) * Metric.carried.count])
    }
  }
}

/// Something that a person should know: which source failed, at what, and what to do.
public struct Problem: Sendable, Hashable {
  public var source: String
  public var message: String

  public init(source: String, message: String) {
    self.source = source
    self.message = message
  }
}

/// What tare itself costs.
public struct OwnCost: Sendable, Hashable {
  /// CPU time of this process so far, nanoseconds; nil in a replay.
  public var cpu: UInt64?
  /// Bytes resident; nil in a replay.
  public var resident: UInt64?
  /// Nanoseconds that this sample took; nil in a replay.
  public var sampling: UInt64?
  /// CPU time of all looks at mappings of processes so far, nanoseconds; nil in a replay.
  public var looking: UInt64?

  public init() {}
}
