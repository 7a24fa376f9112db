extension Weight {
  /// One of the three sums.
  public enum Total: String, Sendable, Hashable, CaseIterable { case gross, net, tare }

  public typealias Bound = TareModel.Bound

  /// A sum, or the bound that is known of it, and how it is known. Nil where nothing is known: a tare of at least 0 says nothing.
  public subscript(total: Total) -> (value: Double, bound: Bound, certainty: Certainty)? {
    let (exact, bounded, bound, certainty): (Double?, Double?, Bound, Certainty) =
      switch total {
      case .gross: (gross, grossAtLeast, .atLeast, certaintyOfGross)
      case .net: (net, netAtMost, .atMost, certainty(of: .net))
      case .tare: (tare, tareForSure.flatMap { $0 > 0 ? $0 : nil }, .atLeast, certainty(of: .tare))
      }
    if let exact { return (exact, self.bound(of: total), certainty) }
    return bounded.map { ($0, bound, .unknown) }
  }

  /// What a sum is, all of whose shares are there: a bound where one of them is.
  public func bound(of total: Total) -> Bound {
    let bounds = Set(shares.filter { total == .gross || $0.side.rawValue == total.rawValue }.map(\.bound))
    // Of some too much and of some too little is neither.
    return bounds.contains(.atMost) == bounds.contains(.atLeast)
      ? .exact : bounds.contains(.atMost) ? .atMost : .atLeast
  }

  /// How a charge is shared out is often concluded; the charge itself was counted. Only what stands beside it can be less sure.
  private var certaintyOfGross: Certainty {
    shares.reduce(.measured) { [.helpers, .guest].contains($1.part) ? $0.joined($1.certainty) : $0 }
  }
}
