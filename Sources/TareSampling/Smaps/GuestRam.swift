internal import KernelStats
internal import TareModel

/// Which of a VMM's mappings are the RAM of its guest. No VMM says it; what tells them is their size: together they are what
/// the guest was given.
struct GuestRam {
  /// Memory of one file, or neighbours of anonymous memory, which the kernel parts where their flags differ.
  private struct Piece {
    var mappings: [Int]
    var size: UInt64
    var resident: UInt64
  }

  /// Places in the list that was given.
  private(set) var places: Set<Int> = []
  /// What else maps these, maps guest RAM too: virtiofsd, vhost-user.
  private(set) var files: Set<MemoryMapping.File> = []

  /// Smaller pieces are no RAM of a guest, unless it has no more.
  private static let least: UInt64 = 1 << 20

  /// - Parameter given: bytes of RAM that the machine was given; nil where nobody may look.
  init(in mappings: [MemoryMapping], given: UInt64?) {
    if let place = Self.exact(mappings, given) {
      places = [place]
    } else {
      for piece in Self.choose(Self.pieces(mappings), given) { places.formUnion(piece.mappings) }
    }
    files = Set(places.compactMap { mappings[$0].file })
  }

  /// One mapping of just that size; its neighbours, an initrd that the VMM has loaded for instance, may touch it by chance.
  private static func exact(_ mappings: [MemoryMapping], _ given: UInt64?) -> Int? {
    guard let given, given > 0 else { return nil }
    let fitting = mappings.indices.filter { place in
      let mapping = mappings[place]
      return mapping.size == given && mapping.isWritable && !mapping.isExecutable && !isOwn(mapping.name)
    }
    return fitting.max { mappings[$0].resident + mappings[$0].hugetlb < mappings[$1].resident + mappings[$1].hugetlb }
  }

  private static func choose(_ pieces: [Piece], _ given: UInt64?) -> [Piece] {
    guard let given, given > 0 else { return pieces.filter { $0.size >= 16 << 20 } }
    // One piece of that size, or a little more where the kernel has joined it with a neighbour.
    let fitting = pieces.filter { $0.size >= given && $0.size - given <= given / 8 + (64 << 20) }
    if let best = fitting.min(by: { ($0.size, $1.resident) < ($1.size, $0.resident) }) { return [best] }
    // Several: nodes, or what lies below and above the hole for devices.
    var (chosen, sum): ([Piece], UInt64) = ([], 0)
    for piece in pieces.sorted(by: { $0.size > $1.size }) where piece.size >= max(least, given / 64) {
      guard piece.size <= given + given / 8, sum < given else { continue }
      chosen.append(piece)
      sum.add(saturating: piece.size)
    }
    // A few small ones are what every process has.
    return sum >= given - given / 8 ? chosen : []
  }

  private static func pieces(_ mappings: [MemoryMapping]) -> [Piece] {
    var pieces: [Piece] = []
    var byFile: [MemoryMapping.File: Int] = [:]
    var end: UInt64 = 0
    for (place, mapping) in mappings.enumerated() {
      // What may be executed is a translator's code, however large.
      guard mapping.isWritable, !mapping.isExecutable, !isOwn(mapping.name) else { continue }
      let (size, resident) = (mapping.size, mapping.resident + mapping.hugetlb)
      let known = mapping.file.map { byFile[$0] } ?? (mapping.start == end && !pieces.isEmpty ? pieces.count - 1 : nil)
      if mapping.file == nil { end = mapping.end }
      if let known, mapping.file != nil || pieces[known].mappings.last.map({ mappings[$0].file == nil }) == true {
        pieces[known].mappings.append(place)
        pieces[known].size.add(saturating: size)
        pieces[known].resident.add(saturating: resident)
        continue
      }
      if let file = mapping.file { byFile[file] = pieces.count }
      pieces.append(Piece(mappings: [place], size: size, resident: resident))
    }
    return pieces
  }

  /// `[heap]`, `[stack]`: never a guest's.
  private static func isOwn(_ name: String) -> Bool { name.hasPrefix("[") && !name.hasPrefix("[anon") }
}
