import TareScreen
import Testing

@Suite struct CanvasTests {
  @Test func `half a wide character is never left behind`() {
    var canvas = Canvas(Size(6, 1))
    canvas.put("가나다", x: 0, y: 0)
    canvas.put("x", x: 1, y: 0)
    canvas.put("y", x: 4, y: 0)
    #expect(canvas.row(0).map { canvas.text(of: $0) } == [" ", "x", "나", "", "y", " "])
  }
}
