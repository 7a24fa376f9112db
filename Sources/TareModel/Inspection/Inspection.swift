/// What is only read of a workload that somebody looks into, because it is expensive for all of them: its processes or
/// threads one by one, its cgroups, its network devices.
public struct Inspection: Sendable, Hashable {
  /// A process of a container, or a thread of a VMM.
  public struct Task: Sendable, Hashable {
    public enum Role: String, Sendable, Hashable { case process, vcpu, emulator, helper, vhost }

    public var pid: Int32
    /// The same as `pid` for a process.
    public var tid: Int32
    public var role: Role
    /// The command line, else the kernel's name in brackets. Foreign text.
    public var name: String
    /// 100 is one core; of the time since the inspection before.
    public var cpu: FigureValue
    /// Share of the time in which it wanted to run and had to wait.
    public var wait: FigureValue
    /// Bytes in RAM; a thread has none of its own.
    public var resident: FigureValue
    /// Its number as its own namespace of processes has it.
    public var innerPid: Int32?

    public init(
      pid: Int32, tid: Int32, role: Role, name: String, cpu: FigureValue, wait: FigureValue, resident: FigureValue,
      innerPid: Int32? = nil
    ) {
      self.pid = pid
      self.tid = tid
      self.role = role
      self.name = name
      self.cpu = cpu
      self.wait = wait
      self.resident = resident
      self.innerPid = innerPid
    }
  }

  /// A network device, or a block device, and its traffic.
  public struct Device: Sendable, Hashable {
    public var name: String
    /// Bytes a second.
    public var received: FigureValue
    public var sent: FigureValue

    public init(name: String, received: FigureValue, sent: FigureValue) {
      self.name = name
      self.received = received
      self.sent = sent
    }
  }

  /// As in ``Workload/id``.
  public var workload: String
  /// The busiest first.
  public var tasks: [Task]
  /// How many there are, where not all are listed.
  public var taskCount: Int
  /// Share of time in which its tasks wanted to run and had to wait; throttling is in it.
  public var wait: FigureValue
  public var network: [Device]
  public var disks: [Device]
  /// Paths of its cgroups by hierarchy, as in /proc/PID/cgroup: (`memory`, `/docker/…`).
  public var cgroups: [Cgroup]
  /// Nil where nobody read it yet.
  public var isolation: Isolation?
  /// How large the image of a container is, bytes, as its engine says where it is asked.
  public var imageSize = Fact<UInt64>.unknown(.onDemand)
  /// Which file each of its metrics was read from.
  public var files: [MetricFile]
  /// Why something is not here.
  public var problems: [String]

  public struct Cgroup: Sendable, Hashable {
    /// Controllers, or empty for the unified hierarchy.
    public var controllers: String
    public var path: String

    public init(controllers: String, path: String) {
      self.controllers = controllers
      self.path = path
    }
  }

  public init(workload: String) {
    self.workload = workload
    tasks = []
    taskCount = 0
    wait = .missing(.firstSample)
    network = []
    disks = []
    cgroups = []
    files = []
    problems = []
  }
}
