/// The samples of a source in turn: two of each host make the frame that is shown, another one is being filled. None is copied for
/// that, because by the time it is filled again nobody looks at it any more.
struct SampleBuffers {
  private struct Pair {
    var previous: Sample?
    var current: Sample?
  }

  private let makeSample: () -> Sample
  /// By host.
  private var pairs: [Pair] = []
  private var spare: [Sample]
  private var newestOrigin = 0

  init(_ makeSample: @escaping () -> Sample) {
    self.makeSample = makeSample
    spare = [makeSample(), makeSample(), makeSample()]
  }

  /// Whether one is being filled.
  private(set) var isFilling = false

  /// The one to be filled next; nil while it is being filled.
  mutating func next() -> Sample? {
    guard !isFilling else { return nil }
    isFilling = true
    return spare.popLast() ?? makeSample()
  }

  /// Takes back one that was not filled.
  mutating func giveBack(_ sample: consuming Sample) {
    isFilling = false
    spare.append(sample)
  }

  /// A copy of the newest, to be brought up to date; nil while there is none to spare.
  mutating func newest() -> Sample? {
    guard !isFilling, newestOrigin < pairs.count, let current = pairs[newestOrigin].current else { return nil }
    isFilling = true
    return current
  }

  /// Takes the newest in once more; nil where nothing in it has changed.
  mutating func frame(newest sample: Sample?) -> Frame? {
    isFilling = false
    guard let sample, pairs[newestOrigin].current != nil else { return nil }
    pairs[newestOrigin].current = sample
    return Frame(previous: pairs[newestOrigin].previous, current: sample)
  }

  /// Takes the filled one in.
  mutating func frame(_ filled: consuming Sample) -> Frame {
    isFilling = false
    let place = filled.origin
    while pairs.count <= place { pairs.append(Pair()) }
    newestOrigin = place
    if let old = pairs[place].previous.take() { spare.append(old) }
    pairs[place].previous = pairs[place].current.take()
    // No rate is made over a time in which nobody looked.
    if filled.followsGap, let old = pairs[place].previous.take() { spare.append(old) }
    pairs[place].current = filled
    return Frame(previous: pairs[place].previous, current: pairs[place].current!)
  }

  /// What comes next does not follow what came last.
  mutating func breakOff() {
    for place in pairs.indices {
      if let old = pairs[place].current.take() { spare.append(old) }
      if let old = pairs[place].previous.take() { spare.append(old) }
    }
  }
}
