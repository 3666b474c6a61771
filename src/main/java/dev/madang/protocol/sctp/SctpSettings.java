package dev.madang.protocol.sctp;

import java.time.Duration;

/// What the associations of one door have in common, and the two numbers that the far end's SDP
/// tells: its port and the largest message that it takes.
///
/// @param localPort ours, as our `a=sctp-port` says
/// @param remotePort the far end's
/// @param packet the largest SCTP packet in bytes, before DTLS
/// @param receiveWindow bytes that incomplete and early messages of the far end may occupy here
/// @param sendBuffer bytes of messages not yet acknowledged; what does not fit is refused
/// @param maxMessageIn bytes; a longer message ends the association
/// @param maxMessageOut bytes, as the far end's `a=max-message-size` says
/// @param maxStreams streams of each direction in use at one time; 65535 are announced
/// @param interleaving whether RFC 8260's I-DATA is offered
/// @param delayedAck how long an acknowledgement may wait for company, RFC 9260 §6.2
/// @param rtoInitial the retransmission time-out before anything was measured, §6.3
/// @param rtoMin its floor
/// @param rtoMax its ceiling
/// @param maxRetransmissions time-outs in a row after which the far end counts as gone, §8.1
/// @param heartbeat silence after which the far end is asked whether it lives, §8.3
public record SctpSettings(
    int localPort,
    int remotePort,
    int packet,
    int receiveWindow,
    int sendBuffer,
    int maxMessageIn,
    int maxMessageOut,
    int maxStreams,
    boolean interleaving,
    Duration delayedAck,
    Duration rtoInitial,
    Duration rtoMin,
    Duration rtoMax,
    int maxRetransmissions,
    Duration heartbeat) {

  public SctpSettings {
    if (localPort < 1 || localPort > 0xFFFF || remotePort < 1 || remotePort > 0xFFFF) {
      throw new IllegalArgumentException("ports " + localPort + ", " + remotePort);
    }
    if (packet < 512 || packet > 0xFFFF) {
      throw new IllegalArgumentException("packets of " + packet + " bytes");
    }
    // RFC 9260 §3.3.2: "The a_rwnd value [...] MUST NOT be smaller than 1500."
    if (receiveWindow < 1500 || sendBuffer < 1 || maxMessageIn < 1 || maxMessageOut < 1) {
      throw new IllegalArgumentException("a buffer too small");
    }
    if (maxStreams < 1 || maxStreams > 65535 || maxRetransmissions < 1) {
      throw new IllegalArgumentException("limits are greater than zero");
    }
    if (!delayedAck.isPositive()
        || !rtoMin.isPositive()
        || rtoMin.compareTo(rtoInitial) > 0
        || rtoInitial.compareTo(rtoMax) > 0
        || !heartbeat.isPositive()) {
      throw new IllegalArgumentException("times are longer than nothing, and in order");
    }
  }

  /// Kinder to latency than RFC 9260 §16, which was written for signaling networks: smaller
  /// time-outs, and none above five seconds, so that a path that was cut is tried again soon.
  public static SctpSettings defaults() {
    return new SctpSettings(
        5000,
        5000,
        1200,
        1 << 20,
        1 << 20,
        256 << 10,
        256 << 10,
        1024,
        true,
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofMillis(400),
        Duration.ofSeconds(5),
        10,
        Duration.ofSeconds(30));
  }

  public SctpSettings withSendBuffer(int bytes) {
    return with(remotePort, bytes, maxMessageOut);
  }

  /// The same towards a far end whose SDP said this. A far end that takes messages of any size says
  /// 0 there (RFC 8841 §6.1), and gets none longer than ours.
  public SctpSettings towards(int remotePort, long maxMessageSize) {
    int limit = maxMessageSize == 0 ? maxMessageOut : (int) Math.min(maxMessageSize, maxMessageOut);
    return with(remotePort, sendBuffer, limit);
  }

  private SctpSettings with(int remotePort, int sendBuffer, int maxMessageOut) {
    return new SctpSettings(
        localPort,
        remotePort,
        packet,
        receiveWindow,
        sendBuffer,
        maxMessageIn,
        maxMessageOut,
        maxStreams,
        interleaving,
        delayedAck,
        rtoInitial,
        rtoMin,
        rtoMax,
        maxRetransmissions,
        heartbeat);
  }
}
