internal import Glibc

/// The workload that tare's lecture and benchmarks start: it holds some memory, uses a little of the CPU and waits.
///
/// The same static executable is the only program in a container and the first process (`/init`) of a virtual machine,
/// so that a difference between the two rows on the screen is a difference between container and machine, not
/// between programs. It needs no library, no file and, in a container, no capability.
@main
struct Service {
  static func main() {
    // Where a machine's user space begins: whoever reads its serial line knows the instant.
    if Guest.isFirstProcess { announce("tare-service: started") }
    let stop = StopSignal()
    let isGuest = Guest.isFirstProcess || CommandLine.arguments.contains("--guest")
    if isGuest { Guest.mountKernelFileSystems() }
    do {
      let words = CommandLine.arguments.dropFirst() + (isGuest ? Guest.kernelCommandLine() : [])
      let settings = try Settings(words: Array(words), isGuest: isGuest)
      Workload(settings: settings).run(until: stop)
    } catch {
      complain("tare-service: \(error)")
      if Guest.isFirstProcess { Guest.powerOff() }
      exit(2)
    }
    if Guest.isFirstProcess { Guest.powerOff() }
  }

  /// Writes one line to standard output and does not keep it in a buffer: a log file and a serial console get it at once.
  static func announce(_ line: String) {
    write(line, to: STDOUT_FILENO)
  }

  static func complain(_ line: String) {
    write(line, to: STDERR_FILENO)
  }

  private static func write(_ line: String, to descriptor: Int32) {
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }
}
