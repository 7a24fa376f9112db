internal import TareScreen

/// The key of `ESC [ letter` and `ESC O letter`.
func letterKey(_ letter: UInt8) -> Key? {
  switch letter {
  case UInt8(ascii: "A"), UInt8(ascii: "a"): .up
  case UInt8(ascii: "B"), UInt8(ascii: "b"): .down
  case UInt8(ascii: "C"), UInt8(ascii: "c"): .right
  case UInt8(ascii: "D"), UInt8(ascii: "d"): .left
  case UInt8(ascii: "H"): .home
  case UInt8(ascii: "F"): .end
  case UInt8(ascii: "Z"): .backTab
  case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(letter) - 0x4f)
  default: nil
  }
}

/// The key of `ESC [ number ~`.
func numberedKey(_ number: Int) -> Key? {
  switch number {
  case 1, 7: .home
  case 2: .insert
  case 3: .delete
  case 4, 8: .end
  case 5: .pageUp
  case 6: .pageDown
  case 11...15: .function(number - 10)
  case 17...21: .function(number - 11)
  case 23, 24: .function(number - 12)
  default: nil
  }
}

/// The keypad's keys in application mode: digits and signs, as they are printed on them.
func keypadKey(_ letter: UInt8) -> Key? {
  switch letter {
  case UInt8(ascii: "M"): .enter
  case UInt8(ascii: "I"): .tab
  case UInt8(ascii: "X"): .character("=")
  case UInt8(ascii: "j")...UInt8(ascii: "y"): .character(Character(Unicode.Scalar(letter - 0x40)))
  default: nil
  }
}
