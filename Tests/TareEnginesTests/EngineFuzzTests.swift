import Testing

@testable import TareEngines

@Suite(.timeLimit(.minutes(10))) struct EngineFuzzTests {
  @Test(arguments: [Answer.whole(Answer.two), Answer.chunked(Answer.two, by: 9)])
  func `a damaged answer is a list or an error and never a crash`(answer: String) throws {
    var random = SplitMix(state: 7)
    for _ in 0..<300 {
      var bytes = Array(answer.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...127, using: &random)
      }
      if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
      let damaged = String(decoding: bytes, as: UTF8.self)
      let engine = try FakeEngine(answering: damaged)
      let reason = engine.reason(within: .seconds(5))
      if case .deadline = reason { Issue.record("hung on \(damaged.debugDescription)") }
    }
  }
}

/// A generator that gives the same numbers every time (Steele, Lea, Flood: Fast splittable pseudorandom numbers).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
