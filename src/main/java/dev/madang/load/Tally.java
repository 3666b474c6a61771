package dev.madang.load;

/// What receivers got of what was sent in the window, each packet once; and besides, at any time,
/// what is not counted as delivered.
final class Tally {
  long delivered;
  long bytes;

  /// Of those delivered, by a retransmission.
  long repaired;

  /// Of those delivered by no retransmission.
  final Delays delays = new Delays();

  /// Came before.
  long again;

  /// Without a time in them: padding, or of another publisher than ours.
  long unstamped;

  /// Of no stream that was agreed on.
  long strange;

  /// What the receiver itself threw away, to play a lossy path.
  long thrownAway;

  long asked;

  void add(Tally other) {
    delivered += other.delivered;
    bytes += other.bytes;
    repaired += other.repaired;
    delays.add(other.delays);
    again += other.again;
    unstamped += other.unstamped;
    strange += other.strange;
    thrownAway += other.thrownAway;
    asked += other.asked;
  }
}
