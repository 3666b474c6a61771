package dev.madang.protocol.sctp;

import java.time.Duration;

/// What a message may expect of the network.
///
/// @param ordered whether it waits for the messages sent before it
/// @param maxRetransmits how often it is sent again before it is given up; negative: no limit
/// @param lifetime nanoseconds after which it is given up; negative: no limit
public record Delivery(boolean ordered, int maxRetransmits, long lifetime) {
  /** In order, each once, whatever it takes. */
  public static final Delivery RELIABLE = new Delivery(true, -1, -1);

  /** Each once, whatever it takes, as it comes. */
  public static final Delivery UNORDERED = new Delivery(false, -1, -1);

  /** Sent once and forgotten. */
  public static final Delivery LOSSY = new Delivery(false, 0, -1);

  public static Delivery retransmits(boolean ordered, int times) {
    return new Delivery(ordered, times, -1);
  }

  public static Delivery lifetime(boolean ordered, Duration lifetime) {
    return new Delivery(ordered, -1, lifetime.toNanos());
  }

  public boolean isReliable() {
    return maxRetransmits < 0 && lifetime < 0;
  }
}
