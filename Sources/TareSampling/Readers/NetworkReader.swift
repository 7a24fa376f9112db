internal import KernelStats
internal import TareModel

/// Bytes that a workload sent and received. Never holds a file: an open `/proc/PID/net/dev` would keep a dead network
/// namespace and its interfaces alive.
final class NetworkReader {
  private enum Place {
    /// The interfaces of this namespace.
    case namespace(String, path: String)
    /// What the tap devices of a VM moved, seen from the other end.
    case taps([String])
    case absent(Reason)
  }

  private let root: KernelRoot
  /// Nil until it is read for the first time: a first picture needs no network.
  private var place: Place?
  /// A container's first process, or a VMM.
  private let pid: Int32
  private let owners: NamespaceOwners
  private let rank: NamespaceOwners.Rank
  private var counters = InterfaceCounters()
  /// The interfaces that were there at the last read, and those of them that count.
  private var names: [String] = []
  private var counted: Set<String> = []

  /// - Parameter taps: the devices of a VM; nil of a container.
  init(of pid: Int32, _ rank: NamespaceOwners.Rank, taps: [String]?, _ root: KernelRoot, _ owners: NamespaceOwners) {
    (self.pid, self.rank, self.root, self.owners) = (pid, rank, root, owners)
    if let taps { place = taps.isEmpty ? .absent(.notApplicable) : .taps(taps) }
  }

  deinit { leave() }

  private func leave() {
    if case .namespace(let name, _) = place { owners.remove(rank, from: name) }
  }

  /// Finds out which namespace it is in, so that those that share one know of each other before any of them is read.
  func prepare() {
    if place == nil { find() }
  }

  private func find() {
    leave()
    do throws(KernelError) {
      let folder = root.folder(of: pid)
      let own = try root.link("\(folder)/ns/net")
      if own == (try? root.link("/proc/self/ns/net")) {
        place = .absent(.hostNetwork)
      } else {
        place = .namespace(own, path: "\(folder)/net/dev")
        owners.add(rank, to: own)
      }
    } catch {
      place = .absent(error.reason)
    }
  }

  /// Looks again at a container that was seen before its runtime gave it a network namespace, or that could not be looked into.
  func refresh() {
    if case .absent(let reason) = place, reason != .notApplicable { find() }
  }

  func read(into sample: inout Sample, row: Int, buffer: inout [UInt8]) {
    prepare()
    let (received, sent) = readings(&buffer)
    sample[row, .networkReceived] = received
    sample[row, .networkSent] = sent
  }

  private func readings(_ buffer: inout [UInt8]) -> (received: Reading, sent: Reading) {
    func missing(_ reason: Reason) -> (Reading, Reading) { (.missing(reason), .missing(reason)) }
    do throws(KernelError) {
      switch place {
      case nil: return missing(.notApplicable)
      case .absent(let reason): return missing(reason)
      case .namespace(let name, let path):
        guard owners.isOwner(rank, of: name) else { return missing(.sharedNetwork) }
        guard let traffic = try counters.take(boundary(of: namespace(name, path, &buffer))) else {
          return missing(.counterReset)
        }
        return (.value(traffic.received), .value(traffic.sent))
      case .taps(let names):
        let taps = try taps(names, &buffer)
        if taps.isEmpty { return missing(.notReported) }
        guard let traffic = counters.take(taps) else { return missing(.counterReset) }
        // What a tap sent its guest received.
        return (.value(traffic.sent), .value(traffic.received))
      }
    } catch {
      // The folder of a process goes with it.
      if case .notFound = error, case .namespace = place { return missing(.ended) }
      return missing(error.reason)
    }
  }

  /// The thread that stood for the process may have ended, with others left.
  private func namespace(_ name: String, _ path: String, _ buffer: inout [UInt8]) throws(KernelError)
    -> [NetworkInterface]
  {
    do throws(KernelError) {
      return try interfaces(path, &buffer)
    } catch {
      let other = "\(root.folder(of: pid))/net/dev"
      guard other != path else { throw error }
      place = .namespace(name, path: other)
      return try interfaces(other, &buffer)
    }
  }

  /// In the host's namespace, or in that of a VMM that runs in a container.
  private func taps(_ names: [String], _ buffer: inout [UInt8]) throws(KernelError) -> [NetworkInterface] {
    let found = try interfaces("/proc/net/dev", &buffer).filter { names.contains($0.name) }
    if !found.isEmpty { return found }
    return ((try? interfaces("/proc/\(pid)/net/dev", &buffer)) ?? []).filter { names.contains($0.name) }
  }

  /// Those that traffic passes on the way in and out. What they are is asked when one comes or goes.
  private func boundary(of interfaces: [NetworkInterface]) -> [NetworkInterface] {
    let all = interfaces.filter { $0.name != "lo" }
    guard all.count > 1 else { return all }
    if !all.map(\.name).elementsEqual(names) {
      names = all.map(\.name)
      counted = BoundaryInterfaces.choose(
        among: names, root.holdsDescriptors ? NetworkLink.all(inNamespaceOf: pid) : nil)
    }
    return all.filter { counted.contains($0.name) }
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
