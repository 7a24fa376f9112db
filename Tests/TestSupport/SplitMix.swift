/// A generator that gives the same numbers every time (Steele, Lea, Flood: Fast splittable pseudorandom numbers).
public struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// Random bytes, or a valid text with a few bytes changed and its end cut: both ways of being wrong.
  public mutating func damaged(_ text: [UInt8]) -> [UInt8] {
    if next() & 1 == 0 {
      // Eight bytes a number: most of a fuzzing test's time goes here.
      return (0..<next() % 25).flatMap { _ in
        let word = next()
        return (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
      }
    }
    var bytes = text
    guard !bytes.isEmpty else { return bytes }
    for _ in 0..<Int.random(in: 1...6, using: &self) {
      bytes[Int.random(in: bytes.indices, using: &self)] = UInt8.random(in: 0...255, using: &self)
    }
    if Bool.random(using: &self) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &self)) }
    return bytes
  }
}
