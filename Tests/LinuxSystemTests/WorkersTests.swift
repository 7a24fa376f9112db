import Dispatch
import FoundationEssentials
import Glibc
import LinuxSystem
import Synchronization
import Testing

struct WorkersTests {
  @Test func `a thread has the name that it was given, and none of the signals to end`() throws {
    let seen = Mutex<(name: String, pending: [Int32])?>(nil)
    let done = DispatchSemaphore(value: 0)
    try SystemThread.start("tare-test") {
      var mask = sigset_t()
      unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
      let open = [SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGSEGV, SIGABRT].filter { unsafe sigismember(&mask, $0) == 0 }
      let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
      seen.withLock { $0 = (name ?? "", open) }
      done.signal()
    }
    done.wait()
    #expect(seen.withLock { $0?.name } == "tare-test\n")
    #expect(seen.withLock { $0?.pending } == [SIGSEGV, SIGABRT])
  }

  @Test func `all jobs are done, by no more threads than allowed`() throws {
    let workers = Workers("tare-test", most: 3)
    let count = Mutex(0)
    let most = Mutex((now: 0, most: 0))
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<200 {
      try workers.run {
        most.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        usleep(200)
        most.withLock { $0.now -= 1 }
        let ended = count.withLock { count in
          count += 1
          return count
        }
        if ended == 200 { done.signal() }
      }
    }
    #expect(done.wait(timeout: .now() + 60) == .success)
    #expect(most.withLock { $0.most } <= 3)
    #expect(workers.threads <= 3)
  }

  @Test func `jobs that hang keep their threads, and no others`() throws {
    let workers = Workers("tare-test", most: 2)
    let (release, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    try workers.run { release.wait() }
    try workers.run { done.signal() }
    #expect(done.wait(timeout: .now() + 60) == .success)
    for _ in 0..<5 { try workers.run { release.wait() } }
    #expect(workers.threads == 2)
    for _ in 0..<6 { release.signal() }
  }
}
