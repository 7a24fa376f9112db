internal import CAllocationCounter
internal import Glibc
internal import TareModel
internal import TareScreen

// What the live screen costs beside the sampling: the state taken on, and the canvas drawn.
//
//   ScreenBenchmark COUNT WIDTH HEIGHT TICKS
//
// Prints, as medians of CPU time: nanoseconds of a tick (reduce and draw), nanoseconds of a key press (reduce and
// draw), and the most allocations of a tick.

func makeSample(count: Int, at second: UInt64) -> Sample {
  var sample = Sample(
    host: Host(
      hostname: "bench", kernelRelease: "6.8.0", cpusOnline: 8, cgroupMode: .v2, virtualization: nil,
      kvmAvailable: true))
  let workloads = (0..<count).map { index in
    var workload = Workload(
      id: "docker:\(index)", name: "workload-\(index)", kind: index % 10 == 0 ? .vm : .container,
      runtime: index % 10 == 0 ? .qemu : .docker, mainPid: Int32(index + 100), cgroup: "/docker/\(index)")
    workload.image = "registry.example/shop/api:\(index % 7)"
    workload.startedAt = 1_700_000_000_000_000_000
    return workload
  }
  sample.prepare(workloads, serials: (0..<count).map { UInt64($0) })
  for row in 0..<count {
    sample.readAt[row] = second * 1_000_000_000
    let isBusy = row % 10 == 1
    sample[row, .cpuUsage] = .value(isBusy ? second * 20_000_000 * UInt64(row % 5 + 1) : 1_000_000)
    sample[row, .memoryCurrent] = .value(UInt64(row % 97 + 3) << 20 + (isBusy ? second << 12 : 0))
    sample[row, .memoryInactiveFile] = .value(1 << 20)
    sample[row, .processCount] = .value(3)
    sample[row, .ioRead] = .value(second << 10)
    sample[row, .ioWritten] = .value(0)
  }
  sample.hostReadings.cpuBusy = .value(second * 3_000_000_000)
  sample.hostReadings.memoryTotal = .value(64 << 30)
  sample.hostReadings.memoryAvailable = .value(20 << 30)
  (sample.monotonic, sample.hostReadAt) = (second * 1_000_000_000, second * 1_000_000_000)
  sample.realtime = 1_700_000_100_000_000_000 + sample.monotonic
  return sample
}

func cpuTime() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

let words = CommandLine.arguments.dropFirst().compactMap { Int($0) }
precondition(words.count == 4, "usage: ScreenBenchmark COUNT WIDTH HEIGHT TICKS")
let (count, size, ticks) = (words[0], Size(words[1], words[2]), words[3])
var state = ScreenState(size: size)
var canvas = Canvas(size)
let samples = (1...4).map { makeSample(count: count, at: UInt64($0)) }
var (tickTimes, keyTimes, allocations): ([UInt64], [UInt64], UInt) = ([], [], 0)
for tick in 0..<ticks {
  let frame = Frame(previous: samples[tick % 3], current: samples[tick % 3 + 1])
  let before = allocation_count()
  let start = cpuTime()
  _ = reduce(&state, .frame(frame))
  draw(state, on: &canvas)
  tickTimes.append(cpuTime() - start)
  allocations = max(tick > 3 ? allocations : 0, allocation_count() - before)
  let pressed = cpuTime()
  _ = reduce(&state, .key(tick % 2 == 0 ? .down : .up))
  draw(state, on: &canvas)
  keyTimes.append(cpuTime() - pressed)
}
print(tickTimes.sorted()[ticks / 2], keyTimes.sorted()[ticks / 2], allocations)
