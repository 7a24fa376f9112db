public import TareModel

/// All frames of a source that has an end, as every command gets them.
public func allFrames(of source: any FrameSource, users: Bool = false) throws -> [Frame] {
  let driver = FrameDriver(source, interval: 1_000_000_000, pace: .steady) { 0 }
  driver.request.users = users
  var frames: [Frame] = []
  while let frame = try driver.next(wait: { _ in true }) { frames.append(frame) }
  return frames
}
