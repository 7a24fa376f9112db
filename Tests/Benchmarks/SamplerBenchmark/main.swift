internal import CAllocationCounter
internal import KernelStats
import LinuxSystem
internal import Synchronization
internal import TareModel
internal import TareSampling

// What a tick of the real sampler costs over the cgroups PARENT/1 to PARENT/COUNT, each with one process.
//
//   SamplerBenchmark PARENT COUNT TICKS all|still
//   SamplerBenchmark machines COUNT TICKS all
//
// Machines are all of QEMU's that run in this namespace of processes, so many.
// With "all" every file is read at every tick, with "still" as in use: nothing runs in these cgroups.
// Prints the median nanoseconds of CPU time of a tick and the most allocations that one made. A tick in which discovery ran, because
// something was started or 30 seconds had passed, is no steady state: it is left out, and how many were is printed last.

/// Says that every cgroup of the benchmark is a container, and counts how often it was asked.
final class BenchmarkSource: WorkloadSource {
  let guide = SourceGuide(finds: "", by: "", names: "", start: "", ranWith: nil)
  let name = "benchmark"
  let places: [String] = []
  let passes = Atomic<Int>(0)
  private let paths: Set<String>

  init(parent: String, count: Int) {
    paths = Set((1...count).map { "\(parent)/\($0)" })
  }

  func find(in census: DiscoveryContext) -> [Finding] {
    passes.wrappingAdd(1, ordering: .relaxed)
    return census.processes.processes.compactMap { process in
      let cgroups = census.processes.cgroups(of: process)
      guard paths.contains(cgroups.leading) else { return nil }
      return Finding(
        id: "benchmark:\(process.pid)", kind: .container, runtime: .runc, main: process,
        own: OwnCgroups(whole: cgroups))
    }
  }

  func describe(_ finding: Finding, in census: DiscoveryContext) -> Description {
    Description(Workload(id: finding.id, name: finding.id, kind: finding.kind, runtime: finding.runtime))
  }
}

func run(parent: String, count: Int, ticks: Int, idleMaxAge: UInt64) throws(KernelError) {
  let root = KernelRoot()
  let source = BenchmarkSource(parent: parent, count: count)
  let machines = parent == "machines" ? allSources().filter { $0.name == "qemu" } : []
  let sampler = try Sampler(
    root, environment: [:], names: FixedEngineNames(), sources: [source] + machines, budget: .fromLimits(),
    idleMaxAge: idleMaxAge)
  var samples = (sampler.makeSample(), sampler.makeSample())
  // The second tick looks for workloads once more; after it both samples have their memory.
  for _ in 0..<2 {
    try sampler.sample(into: &samples.0)
    try sampler.sample(into: &samples.1)
  }
  precondition(samples.0.workloads.count == count, "not every workload was found")
  // It runs in a pid namespace of its own, and says so.
  let problems = samples.0.problems.filter { $0.source != HiddenProcesses.source }
  precondition(problems.isEmpty, "\(problems)")

  var times: [UInt64] = []
  times.reserveCapacity(ticks)
  var mostAllocations: UInt = 0
  var leftOut = 0
  for _ in 0..<ticks {
    let passes = source.passes.load(ordering: .relaxed)
    let allocations = allocation_count()
    let start = SystemClock.process.now
    try sampler.sample(into: &samples.0)
    let time = SystemClock.process.now - start
    if source.passes.load(ordering: .relaxed) == passes {
      times.append(time)
      mostAllocations = max(mostAllocations, allocation_count() - allocations)
    } else {
      leftOut += 1
    }
    swap(&samples.0, &samples.1)
  }
  precondition(!times.isEmpty, "something was started before every tick")
  times.sort()
  print(times[times.count / 2], mostAllocations, leftOut)
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 4, let count = Int(arguments[2]), let ticks = Int(arguments[3]), count > 0, ticks > 0 else {
  fatalError("usage: SamplerBenchmark PARENT|machines COUNT TICKS all|still")
}
try run(parent: arguments[1], count: count, ticks: ticks, idleMaxAge: arguments[4] == "all" ? 0 : 10_000_000_000)
