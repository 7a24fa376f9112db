import CNcurses
import Testing

@Suite struct CNcursesTests {
  @Test func `the wide ncurses library is linked`() {
    #expect(unsafe String(cString: tare_ncurses_version()).hasPrefix("ncurses 6"))
  }
}
