/// When to look for what has begun or ended between two samples: soon after something was heard of it, and some times
/// more, since a container's first process joins its cgroup a moment after that is made, and on a busy machine later.
struct DiscoveryDebounce {
  /// Nanoseconds after it came: what comes together is looked at together.
  private static let looks: [UInt64] = [12_000_000, 40_000_000, 80_000_000, 160_000_000, 320_000_000]
  /// So many, even where something was found: it may not be what the news was of.
  private static let least = 3

  private var came: UInt64 = 0
  private var looked = looks.count
  private var hasFound = false

  /// Monotonic nanoseconds; nil where there is nothing to look for.
  var due: UInt64? { looked < Self.looks.count ? came + Self.looks[looked] : nil }

  mutating func came(now: UInt64) {
    // What comes while another is waited for is seen with it, or starts the waiting anew after its first look.
    guard due == nil || looked > 0 else { return }
    came = now
    looked = 0
    hasFound = false
  }

  mutating func wasLooked(found: Bool) {
    looked += 1
    hasFound = hasFound || found
    if hasFound, looked >= Self.least { looked = Self.looks.count }
  }
}
