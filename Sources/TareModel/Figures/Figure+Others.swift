extension Figure {
  /// What other tools show for the same thing. Said of every figure; where nobody shows it, that is said.
  public struct Others: Sendable, Hashable {
    public struct Tool: Sendable, Hashable {
      public let name: String
      /// What it shows, and why that differs; one sentence or two without the last full stop.
      public let shows: String
    }

    public let tools: [Tool]
    /// Where there are no tools: why not.
    public let none: String?

    private init(_ tools: [Tool], none: String?) { (self.tools, self.none) = (tools, none) }

    /// By name, in the order in which they are shown.
    public static func tools(_ tools: KeyValuePairs<String, String>) -> Others {
      Others(tools.map { Tool(name: $0.key, shows: $0.value) }, none: nil)
    }

    /// - Parameter words: what would have to be done by hand.
    public static func none(_ words: String) -> Others { Others([], none: words) }
  }
}
