import Foundation
import TareModel
import TestSupport
import Testing

extension HostTests {
  @Test(arguments: hosts)
  func `what an explanation holds gives the shown value again, for every figure`(host: String) throws {
    let frame = try frame(of: host)
    for row in frame.current.workloads.indices {
      for figure in Figure.catalogue {
        let explanation = Explanation(figure, frame, row: row)
        let again = Recompute(explanation).figure(figure.name)
        let name = "\(figure.name) of \(frame.current.workloads[row].name)"
        #expect(again != .unwritten, "\(figure.name): write its formula in Recompute")
        switch (frame.value(figure, row: row).number, again) {
        case (let shown?, .number(let number)):
          #expect(abs(shown - number) <= max(1e-6, abs(shown) * 1e-9), "\(name): \(shown), again \(number)")
        case (nil, .none): break
        case (let shown, let again): Issue.record("\(name): \(String(describing: shown)), again \(again)")
        }
      }
    }
  }
}
