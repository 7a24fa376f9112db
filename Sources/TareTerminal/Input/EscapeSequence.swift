internal import TareScreen

/// What a sequence that begins with Esc means.
enum Meaning: Hashable {
  case nothing
  case input(Input)
  case mouse(Clicks.Report)
  /// What follows was pasted, not typed.
  case paste
}

/// No sequence that is meant for tare is as long.
private let limit = 128

/// The sequence at the beginning of these bytes.
/// - Returns: how many bytes it has; 0 when more of them must come first.
func sequence(_ bytes: ArraySlice<UInt8>) -> (Meaning, length: Int) {
  let bytes = ArraySlice(Array(bytes.prefix(limit)))
  guard bytes.count > 1 else { return (.nothing, 0) }
  switch bytes[1] {
  case escape: return (.input(.key(.escape)), 1)
  case UInt8(ascii: "["): return controlSequence(bytes)
  case UInt8(ascii: "O"): return shiftedSequence(bytes)
  case UInt8(ascii: "]"): return operatingSystemCommand(bytes)
  // Alt with a key: no binding has one.
  case 0x80...:
    let length = min(4, bytes.dropFirst().prefix { $0 >= 0x80 }.count)
    return (.nothing, 1 + length)
  default: return (.nothing, 2)
  }
}

/// `ESC [`, parameters, a letter.
private func controlSequence(_ bytes: ArraySlice<UInt8>) -> (Meaning, Int) {
  var end = 2
  // The Linux console's F1 to F5.
  if bytes.count > 2, bytes[2] == UInt8(ascii: "[") {
    guard bytes.count > 3 else { return (.nothing, 0) }
    let number = Int(bytes[3]) - 0x40
    return ((1...5).contains(number) ? .input(.key(.function(number))) : .nothing, 4)
  }
  while end < bytes.count, (0x20...0x3f).contains(bytes[end]), !isShiftOfRxvt(bytes, end) { end += 1 }
  guard end < bytes.count else { return (.nothing, bytes.count < limit ? 0 : bytes.count) }
  let final = bytes[end]
  // Something else begins in the middle: what came before is damaged.
  guard (0x40...0x7e).contains(final) || final == UInt8(ascii: "$") else { return (.nothing, end) }
  let parameters = bytes[2..<end]
  if final == UInt8(ascii: "M"), parameters.isEmpty {
    guard bytes.count >= 6 else { return (.nothing, 0) }
    let report = Clicks.Report(button: Int(bytes[3]) - 32, x: Int(bytes[4]) - 32, y: Int(bytes[5]) - 32)
    // This old form has one number for the release of any button.
    return (report.button & 3 == 3 ? .nothing : .mouse(report), 6)
  }
  return (meaning(parameters, final), end + 1)
}

/// rxvt ends keys with Shift in `$`, which is no letter, after nothing but a number; in an answer about a mode more
/// comes before it.
private func isShiftOfRxvt(_ bytes: ArraySlice<UInt8>, _ at: Int) -> Bool {
  bytes[at] == UInt8(ascii: "$") && at > 2 && bytes[2..<at].allSatisfy { (0x30...0x39).contains($0) }
}

private func meaning(_ parameters: ArraySlice<UInt8>, _ final: UInt8) -> Meaning {
  let numbers = parameters.drop { !(0x30...0x3b).contains($0) }.split(
    separator: UInt8(ascii: ";"), omittingEmptySubsequences: false
  ).map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
  let mark = parameters.first ?? 0
  switch (mark, final) {
  case (UInt8(ascii: "<"), UInt8(ascii: "M")), (UInt8(ascii: "<"), UInt8(ascii: "m")):
    guard numbers.count == 3 else { return .nothing }
    return .mouse(
      Clicks.Report(button: numbers[0], x: numbers[1], y: numbers[2], isRelease: final == UInt8(ascii: "m")))
  case (UInt8(ascii: "?"), UInt8(ascii: "c")): return .input(.answer(.attributes))
  case (UInt8(ascii: "<")..., _): return .nothing
  // F3 with Shift looks like an answer from the first row: nothing is ever asked there.
  case (_, UInt8(ascii: "R")) where numbers.count == 2 && numbers[0] > 1:
    return .input(.answer(.cursor(row: numbers[0], column: numbers[1])))
  case (_, UInt8(ascii: "~")) where numbers.first == 200: return .paste
  default: break
  }
  // Modifiers come as 1 and a bit each: Shift 1, Alt 2, Ctrl 4.
  if numbers.count > 1, numbers[1] > 0, (numbers[1] - 1) & 2 != 0 { return .nothing }
  let key =
    final == UInt8(ascii: "~") || final == UInt8(ascii: "$") ? numberedKey(numbers.first ?? 0) : letterKey(final)
  return key.map { .input(.key($0)) } ?? .nothing
}

/// `ESC O` and a letter: cursor keys and the keypad in their application modes, F1 to F4.
private func shiftedSequence(_ bytes: ArraySlice<UInt8>) -> (Meaning, Int) {
  var end = 2
  while end < bytes.count, (0x30...0x3b).contains(bytes[end]) { end += 1 }
  guard end < bytes.count else { return (.nothing, bytes.count < limit ? 0 : bytes.count) }
  guard (0x20...0x7e).contains(bytes[end]) else { return (.nothing, end) }
  return ((letterKey(bytes[end]) ?? keypadKey(bytes[end])).map { .input(.key($0)) } ?? .nothing, end + 1)
}

/// `ESC ] 1 1 ;`, a colour, BEL or ST. Anything else was Alt with a bracket.
private func operatingSystemCommand(_ bytes: ArraySlice<UInt8>) -> (Meaning, Int) {
  let expected = Array("\u{1b}]11;".utf8)
  let common = min(bytes.count, expected.count)
  guard bytes.prefix(common) == expected.prefix(common)[...] else { return (.nothing, 2) }
  guard let end = bytes.dropFirst(2).firstIndex(where: { $0 < 0x20 || $0 >= 0x7f }) else {
    return (.nothing, bytes.count < limit ? 0 : bytes.count)
  }
  let answer = backgroundAnswer(bytes[min(expected.count, end)..<end])
  if bytes[end] != escape { return (answer, bytes[end] == 0x07 ? end + 1 : end) }
  guard bytes.count > end + 1 else { return (.nothing, 0) }
  return (answer, bytes[end + 1] == UInt8(ascii: "\\") ? end + 2 : end)
}

/// `rgb:RRRR/GGGG/BBBB`, one to four hexadecimal digits each; `rgba:` has one more part.
private func backgroundAnswer(_ text: ArraySlice<UInt8>) -> Meaning {
  let parts = String(decoding: text, as: UTF8.self).split(separator: ":")
  guard parts.count == 2, parts[0] == "rgb" || parts[0] == "rgba" else { return .nothing }
  let values = parts[1].split(separator: "/", omittingEmptySubsequences: false).map { digits -> Double? in
    guard (1...4).contains(digits.count), let value = UInt32(digits, radix: 16) else { return nil }
    return Double(value) / Double((1 << (4 * UInt32(digits.count))) - 1)
  }
  guard values.count >= 3, let red = values[0], let green = values[1], let blue = values[2] else { return .nothing }
  return .input(.answer(.background(red: red, green: green, blue: blue)))
}
