extension Metric {
  /// Where a user's metric comes from: the user's slice, where there is one, and processes one by one.
  func userWords(_ workload: Workload, on host: Host) -> String? {
    let processes = processWords
    guard workload.cgroup != nil else { return processes }
    guard let slice = containerWords(workload, on: host) else { return processes }
    return processes.map { "\(slice), and for processes outside of it \($0)" } ?? slice
  }

  /// Summed over processes that are in no workload.
  private var processWords: String? {
    switch self {
    case .cpuUsage: "utime + stime of each /proc/PID/stat, in turn"
    case .cpuUser: "utime of each /proc/PID/stat, in turn"
    case .cpuSystem: "stime of each /proc/PID/stat, in turn"
    case .memoryCurrent: "Pss of each /proc/PID/smaps_rollup, every minute"
    case .memoryAnon: "Pss_Anon of each /proc/PID/smaps_rollup, every minute"
    case .memoryFile: "Pss_File + Pss_Shmem of each /proc/PID/smaps_rollup, every minute"
    case .processCount: "num_threads of each /proc/PID/stat, in turn"
    default: nil
    }
  }
}
