import LinuxSystem
import Testing

struct CPUBudgetTests {
  private let second: UInt64 = 1_000_000_000

  @Test func `what is spent has to be earned by waiting`() {
    var budget = CPUBudget(share: 100, most: 50)
    budget.earn(at: second)
    budget.spend(60)
    #expect(budget.isSpent)
    budget.earn(at: second + 999)
    #expect(budget.isSpent, "9 of the 10 that are owed")
    budget.earn(at: second + 2000)
    #expect(!budget.isSpent)
  }

  @Test func `a quiet time earns so much at most`() {
    var budget = CPUBudget(share: 10, most: 50)
    budget.earn(at: 0)
    budget.earn(at: .max)
    budget.spend(49)
    #expect(!budget.isSpent)
    budget.spend(1)
    #expect(budget.isSpent)
  }

  @Test func `debt has an end, where one is given`() {
    var budget = CPUBudget(share: 2, most: 10, debt: 10)
    budget.earn(at: 0)
    budget.spend(.max)
    budget.spend(.max)
    budget.earn(at: 22)
    #expect(!budget.isSpent)
    var other = CPUBudget(share: 2, most: 10)
    other.earn(at: 0)
    other.spend(1000)
    other.earn(at: 1000)
    #expect(other.isSpent)
  }

  @Test func `what was paid in advance is taken off, and a clock that goes back earns nothing`() {
    var budget = CPUBudget(share: 1, most: 10)
    budget.spend(8)
    budget.spend(12, paid: 8)
    #expect(budget.isSpent)
    budget.earn(at: 100)
    budget.earn(at: 50)
    budget.earn(at: 100)
    #expect(budget.isSpent)
    budget.earn(at: 103)
    #expect(!budget.isSpent)
  }

  @Test func `the first may cost more`() {
    var budget = CPUBudget(share: 2, most: 10, first: 100)
    budget.earn(during: 1000)
    budget.spend(99)
    #expect(!budget.isSpent)
  }
}
