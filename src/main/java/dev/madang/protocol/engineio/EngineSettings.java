package dev.madang.protocol.engineio;

import java.time.Duration;

/// What the sessions of one endpoint have in common.
///
/// @param pingInterval silence after which the server asks whether a client still lives
/// @param pingTimeout how long the answer may take
/// @param upgradeTimeout how long a client may take from probing a WebSocket to using it
/// @param maxPayload bytes of one message, and of one HTTP body
/// @param maxPackets packets in one HTTP body
/// @param maxQueued bytes waiting for one slow client; more closes it
/// @param lossyMark bytes waiting for a client from which on it misses volatile messages
/// @param upgrades whether a polling client is offered a WebSocket
public record EngineSettings(
    Duration pingInterval,
    Duration pingTimeout,
    Duration upgradeTimeout,
    int maxPayload,
    int maxPackets,
    long maxQueued,
    long lossyMark,
    boolean upgrades) {

  public EngineSettings {
    if (!pingInterval.isPositive() || !pingTimeout.isPositive() || !upgradeTimeout.isPositive()) {
      throw new IllegalArgumentException("heartbeat times are longer than nothing");
    }
    if (maxPayload < 1 || maxPackets < 1 || maxQueued < 1 || lossyMark < 1) {
      throw new IllegalArgumentException("limits are greater than zero");
    }
  }

  /** What the official server does by default, with the limits it lacks. */
  public static EngineSettings defaults() {
    return new EngineSettings(
        Duration.ofSeconds(25),
        Duration.ofSeconds(20),
        Duration.ofSeconds(10),
        1_000_000,
        32_768,
        16 << 20,
        64 << 10,
        true);
  }
}
