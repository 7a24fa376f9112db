/// The isolation of one workload as lines of words: what the screen draws and `tare inspect` prints.
public struct IsolationTable: Sendable, Hashable {
  /// How much of something is the workload's own.
  public enum Mark: String, Sendable, Hashable, CaseIterable {
    case own = "■"
    case host = "□"
    case others = "◧"
    case limited = "≤"
    case none = " "
    case unknown = "?"
  }

  public struct Line: Sendable, Hashable {
    public var mark: Mark
    /// At most 13 cells.
    public var name: String
    /// Harmless.
    public var text: String
    public var isWarning: Bool

    init(_ mark: Mark, _ name: String, _ text: String, isWarning: Bool = false) {
      self.mark = mark
      self.name = name
      self.text = text
      self.isWarning = isWarning
    }
  }

  public struct Part: Sendable, Hashable {
    public var title: String
    /// What the marks mean, where there are any.
    public var legend = ""
    public var lines: [Line]
  }

  public static let legend = "■ own  □ the host's  ◧ shared  ≤ limited"

  public let parts: [Part]

  /// - Parameter inspection: without one that holds the isolation there are no parts.
  public init(_ frame: Frame, row: Int, _ inspection: Inspection?) {
    let workload = frame.current.workloads[row]
    if workload.kind == .user {
      let words = "No box: the host's kernel, processes, files and network, which only rights part from other users."
      parts = [Part(title: "IN WORDS", lines: [Line(.none, "", words)])]
      return
    }
    guard let inspection, let isolation = inspection.isolation else {
      parts = []
      return
    }
    let writer = IsolationWriter(frame: frame, row: row, inspection: inspection, isolation: isolation)
    let five = VirtualThing.all(isolation, workload, hasMemoryLimit: writer.hasMemoryLimit).map { thing in
      Line(.none, thing.thing.rawValue, "\(thing.isVirtual.map { $0 ? "yes" : "no " } ?? "?  ")  \(thing.mechanism)")
    }
    let words = IsolationWords(isolation, workload)
    let said =
      [Line(.none, "", words.summary)]
      + words.warnings.map { Line(.none, "", "! \($0.text)", isWarning: true) }
      + (words.reassurance.isEmpty ? [] : [Line(.none, "", words.reassurance)])
    parts =
      writer.parts + [
        Part(title: "WHICH OF THE FIVE IS VIRTUAL HERE", lines: five), Part(title: "IN WORDS", lines: said),
      ]
  }

  /// Cells before the text of a line that has a name.
  public static let indent = 16
}

extension IsolationTable.Line {
  /// In lines of so many cells; what does not fit goes below, where the text began.
  public func wrapped(to width: Int) -> [String] {
    let indent = name.isEmpty ? 0 : IsolationTable.indent
    // A text that begins with yes or no goes on behind it.
    let more = mark == .none && (text.hasPrefix("yes") || text.hasPrefix("no ") || text.hasPrefix("?  ")) ? 5 : 0
    let first = name.isEmpty ? "" : "\(mark.rawValue) \(name.fitted(to: 13)) "
    let rest = String(repeating: " ", count: indent + (name.isEmpty ? 0 : more))
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let joined = isEmpty ? line + word : "\(line) \(word)"
      if isEmpty || joined.displayWidth <= width {
        line = joined
      } else {
        lines.append(line.trimmedEnd)
        line = rest + word
      }
      // A word that is too long for a line is cut.
      line = line.fittedAtMost(width)
      isEmpty = false
    }
    return lines + [line.trimmedEnd]
  }
}
