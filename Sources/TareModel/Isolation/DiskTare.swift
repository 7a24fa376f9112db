/// What a box takes on disk: of a container its image, of a VM its disk images and what the VMM boots. What of an image the
/// application uses nobody can know, so all of it stands here.
public struct DiskTare: Sendable, Hashable {
  public struct Part: Sendable, Hashable {
    /// A path, or `image`. Foreign text.
    public let name: String
    /// On the host's disk, bytes.
    public let bytes: UInt64
    public let certainty: Certainty
  }

  public let parts: [Part]
  /// Why nothing is known, or not all of it.
  public let reason: Reason?

  /// Bytes; nil where a part is not known.
  public var bytes: UInt64? { reason == nil ? parts.reduce(0) { $0 &+ $1.bytes } : nil }

  /// - Parameters:
  ///   - image: of a container, as its engine says; bytes, layers that others share too.
  ///   - hardware: of a VM.
  public init(kind: Workload.Kind, image: Fact<UInt64>, hardware: VirtualHardware?) {
    guard kind == .vm else {
      parts = image.value.map { [Part(name: "image", bytes: $0, certainty: .reported)] } ?? []
      reason = kind == .container ? image.reason : .notApplicable
      return
    }
    guard let hardware else {
      (parts, reason) = ([], .notReported)
      return
    }
    let images = (hardware.disks.value ?? []) + (hardware.kernel.value ?? [])
    parts = images.compactMap { image in
      image.size.value.map { Part(name: image.path, bytes: $0.allocated, certainty: .measured) }
    }
    reason =
      hardware.disks.reason ?? hardware.kernel.reason
      ?? images.lazy.compactMap { $0.size.value == nil ? $0.size.reason ?? .notReported : nil }.first
  }
}
