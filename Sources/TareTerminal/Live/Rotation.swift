internal import TareModel

/// Three samples in turn: two make the frame that is shown, the third is being filled. None is copied for that, because
/// by the time it is filled again nobody looks at it any more.
struct Rotation {
  private var previous: Sample?
  private var current: Sample?
  private var spare: [Sample]

  init(_ makeSample: () -> Sample) { spare = [makeSample(), makeSample(), makeSample()] }

  /// Whether one is being filled.
  private(set) var isFilling = false

  /// The one to be filled next; nil while it is being filled.
  mutating func next() -> Sample? {
    guard !isFilling, let sample = spare.popLast() else { return nil }
    isFilling = true
    return sample
  }

  /// A copy of the newest, to be brought up to date; nil while there is none to spare.
  mutating func newest() -> Sample? {
    guard !isFilling, let current else { return nil }
    isFilling = true
    return current
  }

  /// Takes the newest in once more; nil where nothing in it has changed.
  mutating func frame(newest sample: Sample?) -> Frame? {
    isFilling = false
    guard let sample else { return nil }
    current = sample
    return Frame(previous: previous, current: sample)
  }

  /// Takes the filled one in.
  mutating func frame(_ filled: consuming Sample) -> Frame {
    isFilling = false
    if let old = previous.take() { spare.append(old) }
    previous = current.take()
    current = filled
    return Frame(previous: previous, current: current!)
  }
}
