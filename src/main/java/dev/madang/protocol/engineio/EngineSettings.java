package dev.madang.protocol.engineio;

import java.time.Duration;

/// What the sessions of one endpoint have in common.
///
/// @param pulse of its heartbeats, as clients are told when they come
/// @param upgradeTimeout how long a client may take from probing a WebSocket to using it
/// @param maxPayload bytes of one message, and of one HTTP body
/// @param maxPackets packets in one HTTP body
/// @param maxQueued bytes waiting for one slow client; more closes it
/// @param maxQueuedByAll bytes waiting for all together; more closes those for whom most waits
/// @param lossyMark bytes waiting for a client from which on it misses volatile messages
/// @param upgrades whether a polling client is offered a WebSocket
public record EngineSettings(
    Pulse pulse,
    Duration upgradeTimeout,
    int maxPayload,
    int maxPackets,
    long maxQueued,
    long maxQueuedByAll,
    long lossyMark,
    boolean upgrades) {

  public EngineSettings {
    if (!upgradeTimeout.isPositive()) {
      throw new IllegalArgumentException("an upgrade takes longer than nothing");
    }
    if (maxPayload < 1 || maxPackets < 1 || maxQueued < 1 || maxQueuedByAll < 1 || lossyMark < 1) {
      throw new IllegalArgumentException("limits are greater than zero");
    }
  }

  /** What the official server does by default, with the limits it lacks. */
  public static EngineSettings defaults() {
    return new EngineSettings(
        new Pulse(Duration.ofSeconds(25), Duration.ofSeconds(20)),
        Duration.ofSeconds(10),
        1_000_000,
        32_768,
        16 << 20,
        256 << 20,
        64 << 10,
        true);
  }
}
