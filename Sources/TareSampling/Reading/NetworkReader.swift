internal import KernelStats
internal import TareModel

/// Bytes that a workload sent and received. Never holds a file: an open `/proc/PID/net/dev` would keep a dead network
/// namespace and its interfaces alive.
struct NetworkReader {
  private enum Place {
    /// All interfaces of the namespace of this process.
    case namespace(path: String)
    /// What the tap devices of a VM moved, seen from the other end.
    case taps([String])
    case absent(Reason)
  }

  private let root: KernelRoot
  /// Nil until it is read for the first time: a first picture needs no network.
  private var place: Place?
  /// A container's first process.
  private let pid: Int32?
  private var counters = InterfaceCounters()

  /// A container's.
  init(of pid: Int32, _ root: KernelRoot) {
    self.root = root
    self.pid = pid
  }

  private static func place(of pid: Int32, _ root: KernelRoot) -> Place {
    do throws(KernelError) {
      let folder = root.folder(of: pid)
      let own = try root.link("\(folder)/ns/net")
      let isHost = own == (try? root.link("/proc/self/ns/net"))
      return isHost ? .absent(.hostNetwork) : .namespace(path: "\(folder)/net/dev")
    } catch {
      return .absent(error.reason)
    }
  }

  /// Looks again at a container that was seen before its runtime gave it a network namespace.
  mutating func refresh() {
    if let pid, case .absent(.hostNetwork) = place { place = Self.place(of: pid, root) }
  }

  /// A VM's.
  init(taps: [String], _ root: KernelRoot) {
    self.root = root
    pid = nil
    place = taps.isEmpty ? .absent(.notApplicable) : .taps(taps)
  }

  mutating func read(into sample: inout Sample, row: Int, buffer: inout [UInt8]) {
    let place = place ?? pid.map { Self.place(of: $0, root) } ?? .absent(.notApplicable)
    self.place = place
    do throws(KernelError) {
      switch place {
      case .absent(let reason):
        sample[row, .networkReceived] = .missing(reason)
        sample[row, .networkSent] = .missing(reason)
      case .namespace(let path):
        let traffic = try counters.take(namespace(path, &buffer).filter { $0.name != "lo" })
        sample[row, .networkReceived] = traffic.map { .value($0.received) } ?? .missing(.counterReset)
        sample[row, .networkSent] = traffic.map { .value($0.sent) } ?? .missing(.counterReset)
      case .taps(let names):
        let traffic = try counters.take(interfaces("/proc/net/dev", &buffer).filter { names.contains($0.name) })
        // What a tap sent its guest received.
        sample[row, .networkReceived] = traffic.map { .value($0.sent) } ?? .missing(.counterReset)
        sample[row, .networkSent] = traffic.map { .value($0.received) } ?? .missing(.counterReset)
      }
    } catch {
      // The folder of a process goes with it.
      var reason = error.reason
      if case .notFound = error, case .namespace = place { reason = .ended }
      sample[row, .networkReceived] = .missing(reason)
      sample[row, .networkSent] = .missing(reason)
    }
  }

  /// The thread that stood for the process may have ended, with others left.
  private mutating func namespace(_ path: String, _ buffer: inout [UInt8]) throws(KernelError) -> [NetworkInterface] {
    do throws(KernelError) {
      return try interfaces(path, &buffer)
    } catch {
      guard let pid, case .namespace(let other) = Self.place(of: pid, root), other != path else { throw error }
      place = .namespace(path: other)
      return try interfaces(other, &buffer)
    }
  }

  private func interfaces(_ path: String, _ buffer: inout [UInt8]) throws(KernelError) -> [NetworkInterface] {
    let count = try root.read(path, into: &buffer)
    do {
      return try NetworkInterface.list(buffer.span.extracting(first: count))
    } catch {
      throw .malformed(path: path, error)
    }
  }
}
