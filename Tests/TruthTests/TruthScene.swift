import Foundation
import Glibc
import KernelStats
import TareModel
import TestSupport

@testable import TareSampling

/// What really happened in one start, and what tare says of it. Monotonic nanoseconds.
struct Truth {
  /// Between these two the first process was asked for and was there.
  var spawned: ClosedRange<UInt64>
  /// At its first instruction the payload looked at the clock; a machine's first instruction was told by then.
  var executed: ClosedRange<UInt64>
  /// Nil for a container: its user space is there when it executes.
  var userspace: ClosedRange<UInt64>?
  var ready: ClosedRange<UInt64>
  /// As a tare says that watched.
  var live: BootTimeline
  /// As one says that came later.
  var later: BootTimeline
  /// What to add to a monotonic instant to get one since 1970.
  var offset: UInt64

  /// Whether the truth, known to lie between two instants, may lie within the mark's bracket.
  func contains(_ mark: BootTimeline.Mark?, _ instants: ClosedRange<UInt64>) -> Bool {
    guard let mark else { return false }
    return mark.lo ?? 0 <= instants.upperBound &+ offset && mark.hi ?? .max >= instants.lowerBound &+ offset
  }

  /// How far the mark is at most from the truth, in microseconds.
  func error(_ mark: BootTimeline.Mark?, _ instants: ClosedRange<UInt64>) -> Double {
    guard let mark else { return .infinity }
    let ends = [instants.lowerBound, instants.upperBound].map { (Double(mark.at) - Double($0 &+ offset)) / 1000 }
    return ends.max { abs($0) < abs($1) } ?? 0
  }
}

/// A place where payloads and machines that know the truth are started.
class TruthScene {
  /// How often; more for a distribution.
  static let runs = ProcessInfo.processInfo.environment["TARE_TRUTH_RUNS"].flatMap { Int($0) } ?? 20
  static let path = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

  let folder: TemporaryFolder
  let root = KernelRoot()
  let watch = StartMonitor()
  private(set) var number = 0

  init() throws {
    folder = try TemporaryFolder()
    try Self.run(["gcc", "-O2", "-o", folder.absolute("launch"), Self.source("launch.c")])
    guard until(within: .seconds(5), { watch.hearing == .starting ? nil : true }) != nil else {
      throw Child.Failure(description: "the watch does not begin")
    }
  }

  deinit { watch.end() }

  func nextNumber() -> Int {
    number += 1
    return number
  }

  /// A program that was started, and between what instants.
  struct Launched {
    /// Who started it, and leads its process group.
    let child: Child
    let pid: Int32
    let spawned: ClosedRange<UInt64>

    func kill() {
      _ = Glibc.kill(-child.pid, SIGKILL)
      _ = try? child.end(within: .seconds(5))
    }
  }

  func launch(_ words: [String]) throws -> Launched {
    let note = folder.absolute("launched-\(nextNumber())")
    let child = try Child([folder.absolute("launch"), note] + words, Self.path)
    let numbers = until(within: .seconds(10)) { () -> [UInt64]? in
      guard let text = try? String(contentsOfFile: note, encoding: .utf8), text.hasSuffix("\n") else { return nil }
      return text.dropLast().split(separator: " ").compactMap { UInt64($0) }
    }
    guard let numbers, numbers.count == 3, numbers[0] <= numbers[1] else {
      throw Child.Failure(description: "\(words[0]) was not started: \(child.complaints)")
    }
    return Launched(child: child, pid: Int32(numbers[2]), spawned: numbers[0]...numbers[1])
  }

  static func has(_ programs: String...) -> Bool {
    programs.allSatisfy { program in
      path["PATH"]!.split(separator: ":").contains { unsafe access("\($0)/\(program)", X_OK) == 0 }
    }
  }

  static func source(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: name).path
  }

  static func run(_ words: [String]) throws {
    let child = try Child(words, path)
    guard try child.end(within: .seconds(60)) == 0 else { throw Child.Failure(description: child.complaints) }
  }

  static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// What to add to a monotonic instant to get one since 1970.
  var offset: UInt64 {
    let now = root.now()
    return now.realtime - now.monotonic
  }

  /// As the sampler says it: what it saw, and what it found out.
  func look(_ sources: [any WorkloadSource], _ watch: StartMonitor?, _ isIt: (Workload) -> Bool) throws -> BootTimeline
  {
    let sampler = try Sampler(
      root, environment: ["XDG_RUNTIME_DIR": folder.path], names: FixedEngineNames(), sources: sources,
      budget: DescriptorBudget(64), watch: watch)
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    guard let workload = sample.workloads.first(where: isIt) else {
      throw Child.Failure(description: "it was not found among \(sample.workloads.map(\.name))")
    }
    return workload.boot
  }
}
