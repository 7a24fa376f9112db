public import KernelStats
public import TareModel

/// This machine, or a captured one, as a source of samples.
public final class LocalSource: FrameSource {
  public let root: KernelRoot
  public let sampler: Sampler
  public let traits: SourceTraits
  private var taken = 0

  public init(_ root: KernelRoot, _ sampler: Sampler) {
    (self.root, self.sampler) = (root, sampler)
    traits = SourceTraits(
      root.isLive ? .live : .capture, hosts: [sampler.host.hostname], range: root.isLive ? nil : root.range)
  }

  public func makeSample() -> Sample { sampler.makeSample() }

  public func next(into sample: inout Sample, _ request: SampleRequest) throws -> Bool {
    if let instants = root.instants {
      guard taken < instants else { return false }
      if taken > 0 { root.advance() }
    }
    sampler.showsUsers = request.users
    sampler.readsSlices = request.slices
    try sampler.sample(into: &sample, isSketch: request.isSketch)
    taken += 1
    return true
  }

  public func update(_ sample: inout Sample) throws -> Bool { try sampler.announce(into: &sample) }

  public var wakeup: Int32? { sampler.news }

  public func inspect(_ id: String) -> Inspection? { sampler.inspect(id) }
}
