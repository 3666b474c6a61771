package dev.madang.protocol.engineio;

import java.time.Duration;

/// How soon a client that fell silent is missed: the two together, at the latest.
///
/// @param interval silence after which the server asks whether it still lives
/// @param timeout how long the answer may take
public record Pulse(Duration interval, Duration timeout) {
  public Pulse {
    if (!interval.isPositive() || !timeout.isPositive()) {
      throw new IllegalArgumentException("heartbeat times are longer than nothing");
    }
  }
}
