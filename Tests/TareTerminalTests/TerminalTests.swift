import TareTerminal
import Testing

@Suite struct TerminalTests {}
