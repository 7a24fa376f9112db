/// What somebody wants explained: a figure by its name or by the short name of its column, or the start.
public enum FigureChoice: Sendable, Hashable {
  /// By ``Figure/name``.
  case figure(String)
  case boot

  /// All that there is to choose from, in the order of the catalogue.
  public static let all: [FigureChoice] = Figure.catalogue.map { .figure($0.name) } + [.boot]

  /// Of a name that somebody typed.
  /// - Parameter kind: of the workload: `memory` is a container's working set and the charge of a VM.
  public init(named name: String, kind: Workload.Kind? = nil) throws(UnknownFigure) {
    switch name {
    case "boot", "ready", "boot.kind": self = .boot
    case "memory": self = .figure(kind == .vm ? Figure.memoryCurrent.name : Figure.workingSet.name)
    case "limit":
      self = .figure(kind == .vm ? Figure.memoryConfigured.name : Figure.memoryLimit.name)
    default:
      guard let figure = RowKey.figure(named: name) else { throw UnknownFigure(name: name) }
      self = .figure(figure.name)
    }
  }

  /// The figure that a list in this order is about; the first one where that is no figure.
  public init(sortedBy name: String, kind: Workload.Kind) {
    do {
      self = try FigureChoice(named: name, kind: kind)
    } catch {
      self = .figure(Figure.cpuUsage.name)
    }
  }

  public var figure: Figure? { if case .figure(let name) = self { Figure.named(name) } else { nil } }

  public var name: String { figure?.name ?? BootExplanation.name }
}

/// A name that no figure has.
public struct UnknownFigure: Error, Hashable, CustomStringConvertible {
  public let name: String

  public var description: String {
    let short = RowKey.catalogue.filter { $0.figure != nil }.map(\.name)
    let near = Nearest.name(to: name, in: short + ["memory", "limit", "boot", "ready"])
    return "unknown figure '\(name)'\(near.map { ": did you mean '\($0)'?" } ?? ": tare explain lists all")"
  }
}
