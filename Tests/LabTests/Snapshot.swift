import Foundation
import TestSupport
import Testing

/// What `tare snapshot --format json` printed, as far as the tests look at it.
struct Snapshot: Decodable, Sendable {
  let schema: String
  let takenAt: String
  let intervalSeconds: Double
  let host: Host
  let workloads: [Row]

  struct Host: Decodable, Sendable {
    let cpusOnline: Int
    let cpuPercent: Double?
    let restCpuPercent: Double?
    let kvmAvailable: Bool

    enum CodingKeys: String, CodingKey {
      case cpusOnline = "cpus_online"
      case cpuPercent = "cpu_percent"
      case restCpuPercent = "rest_cpu_percent"
      case kvmAvailable = "kvm_available"
    }
  }

  struct Row: Decodable, Sendable {
    let id: String
    let name: String
    let kind: String
    let runtime: String
    let image: String?
    let parent: String?
    let mainPid: Int32?
    let cgroup: String?
    let startedAt: String?
    let cpu: [String: Double?]
    let memory: [String: Double?]
    let network: [String: Double?]
    let processes: [String: Double?]
    let boot: Boot
    let tare: Tare
    let unavailable: [String: String]

    struct Tare: Decodable, Sendable {
      let memory: Weight
      let cpu: Weight
    }
    struct Weight: Decodable, Sendable {
      let gross, net, tare, tareAtLeast: Double?
      let label: String
      let shares: [Share]

      enum CodingKeys: String, CodingKey {
        case label, shares
        case gross = "gross_bytes"
        case net = "net_bytes"
        case tare = "tare_bytes"
        case tareAtLeast = "tare_at_least_bytes"
        case grossPercent = "gross_percent"
        case netPercent = "net_percent"
        case tarePercent = "tare_percent"
        case tareAtLeastPercent = "tare_at_least_percent"
      }

      init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        label = try fields.decode(String.self, forKey: .label)
        shares = try fields.decode([Share].self, forKey: .shares)
        func number(_ bytes: CodingKeys, _ percent: CodingKeys) throws -> Double? {
          try fields.decodeIfPresent(Double.self, forKey: bytes) ?? fields.decodeIfPresent(Double.self, forKey: percent)
        }
        gross = try number(.gross, .grossPercent)
        net = try number(.net, .netPercent)
        tare = try number(.tare, .tarePercent)
        tareAtLeast = try number(.tareAtLeast, .tareAtLeastPercent)
      }
    }
    struct Share: Decodable, Sendable {
      let part: String
      let side: String
      let bytes: Double?
      let percent: Double?
    }
    struct Boot: Decodable, Sendable { let phases: [Phase] }
    struct Phase: Decodable, Sendable {
      let phase: String
      let at: String?
      let lo: String?
      let hi: String?
    }

    enum CodingKeys: String, CodingKey {
      case id, name, kind, runtime, image, parent, cgroup, cpu, memory, network, processes, boot, tare, unavailable
      case mainPid = "main_pid"
      case startedAt = "started_at"
    }

    /// `cpu.usage_percent` and the like; a figure that is null fails the test with its reason.
    func number(_ name: String, _ location: SourceLocation = #_sourceLocation) throws -> Double {
      let parts = name.split(separator: ".").map(String.init)
      let groups = ["cpu": cpu, "memory": memory, "network": network, "processes": processes]
      let value = try #require(groups[parts[0]]?[parts[1]], "no field \(name)", sourceLocation: location)
      let reason = unavailable[name] ?? "no reason"
      return try #require(value, "\(name) of \(self.name) is null: \(reason)", sourceLocation: location)
    }

    /// Why a figure is null.
    func reason(_ name: String) -> String? { unavailable[name] }
  }

  enum CodingKeys: String, CodingKey {
    case schema, host, workloads
    case takenAt = "taken_at"
    case intervalSeconds = "interval_seconds"
  }

  init(_ line: some StringProtocol) throws {
    self = try JSONDecoder().decode(Snapshot.self, from: Data(line.utf8))
  }

  subscript(id: String) -> Row? { workloads.first { $0.id == id } }
}

/// Nanoseconds since 1970 of an RFC 3339 time with a fraction.
func nanoseconds(_ text: String) throws -> Int64 {
  let parts = text.dropLast().split(separator: ".")
  let whole = try Date("\(parts[0])Z", strategy: .iso8601)
  let digits = parts.count > 1 ? String((parts[1] + "000000000").prefix(9)) : "0"
  return Int64(whole.timeIntervalSince1970) * 1_000_000_000 + (try #require(Int64(digits)))
}
