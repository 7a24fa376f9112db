import Testing

/// What tare says of starts, beside what the started programs themselves say. One after the other: a machine with two
/// processors has none to spare for a second start.
@Suite(.serialized) struct TruthTests {}
