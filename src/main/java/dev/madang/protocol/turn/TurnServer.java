package dev.madang.protocol.turn;

import dev.madang.wire.Address;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A TURN and STUN server (RFC 8656, RFC 8489) without sockets. One for each loop; everything in
/// it, its [Output], every [Connection] and every [Relay] live on that loop's thread.
///
/// In by the methods below: datagrams of clients, bytes of their TCP and TLS connections (brought
/// here by the loop's mailbox), datagrams of peers, and time. Out by [Output], [Connection] and
/// [Relay], always before the input method returns. No input method throws, whatever the bytes.
///
/// All bytes are views of the caller's array, used only during the call, never kept. Two of the
/// inputs may write around them: see [#HEADROOM].
public final class TurnServer {
  /// What [#receivePeer] may overwrite before the datagram: the header put in front of it on its
  /// way to the client, so that the payload is not copied.
  public static final int HEADROOM = 48;

  /** And after it: padding. */
  public static final int TAILROOM = 4;

  /// @param nonceKey at least 16 secret random bytes, the same for all loops of a server
  public TurnServer(Settings settings, byte[] nonceKey, PeerPolicy policy, Output output) {
    throw new UnsupportedOperationException();
  }

  /// A datagram on the socket that clients speak to. `from` should be the same object for the same
  /// far end where that is cheap ([dev.madang.wire.AddressCache]).
  public void receive(Address from, byte[] bytes, int offset, int length, long now) {}

  /// The next bytes of a client's stream, cut anywhere.
  public void receive(Connection from, byte[] bytes, int offset, int length, long now) {}

  /// A client's connection ended; so does its allocation.
  public void gone(Connection connection, long now) {}

  /// A datagram from a peer on a relay's socket. The [#HEADROOM] bytes before it and the
  /// [#TAILROOM] bytes after it are overwritten.
  public void receivePeer(
      Relay relay, Address peer, byte[] bytes, int offset, int length, long now) {}

  /// Ends what has expired. Call when [#deadline()] has come, or any time.
  public void tick(long now) {}

  /// When [#tick] has something to do; `Long.MAX_VALUE` when nothing is waiting.
  public long deadline() {
    return Long.MAX_VALUE;
  }

  /// Ends every allocation: relays are closed, quotas given back, connections closed.
  public void close() {}

  /// What happened so far, for whoever counts. A snapshot made on this loop.
  public Counters counters() {
    return new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /// What the engine asks of its door. All of it is called on the loop, before the input method
  /// that caused it returns.
  public interface Output {
    /// Sends a datagram to a client from the socket that clients speak to. The bytes must be copied
    /// before this returns.
    void send(Address client, byte[] bytes, int offset, int length);

    /// Whether relays of this family are offered at all. Asked once per Allocate.
    boolean relays(boolean v6);

    /// Opens a relayed transport address.
    ///
    /// @param port the wanted port; [#ANY_PORT] or [#EVEN_PORT] leave the choice to the door
    /// @return null when there is none left (the client hears 508)
    @Nullable Relay open(boolean v6, int port);

    /// Whose user name this is and the key that goes with it, or null when there is no such user or
    /// the credential has expired. Asked only for requests that carry a good nonce.
    @Nullable Account account(String username);

    /// Whether this user at this address (its port means nothing) may have one more allocation.
    /// Asked when everything else is granted; each true is given back by one [#release]. Loops
    /// share the count, so the door answers with atomics.
    boolean admit(String user, Address client);

    /// Gives back what [#admit] granted.
    void release(String user, Address client);

    int ANY_PORT = 0;
    int EVEN_PORT = -1;
  }

  /// @param realm told to clients; part of every long-term key
  /// @param defaultLifetime of an allocation
  /// @param maxLifetime the most a client gets by asking
  /// @param nonceLifetime after which a nonce is stale
  /// @param oldChannelNumbers whether 0x5000-0x7FFF may be bound as well, as RFC 5766 had it
  /// @param maxPermissions distinct peer addresses an allocation may permit at a time
  /// @param maxChannels channels an allocation may bind at a time
  /// @param repliesPerSecond replies to strangers (Binding, 401, 438 over UDP) for each /24 or /56
  ///   of sources; 0 = no limit
  /// @param replyBurst how many of those may come at once
  public record Settings(
      String realm,
      Duration defaultLifetime,
      Duration maxLifetime,
      Duration nonceLifetime,
      boolean oldChannelNumbers,
      int maxPermissions,
      int maxChannels,
      int repliesPerSecond,
      int replyBurst) {

    /** What RFC 8656 recommends, for a realm. */
    public static Settings of(String realm) {
      return new Settings(
          realm,
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          Duration.ofHours(1),
          true,
          256,
          256,
          50,
          200);
    }
  }

  /// @param allocations living now
  /// @param allocated ever
  /// @param refused Allocate requests answered with an error other than 401 and 438
  /// @param unauthorized requests answered with 401 or 438
  /// @param unanswered replies to strangers withheld by the rate limit
  /// @param denied peers refused by [PeerPolicy]
  /// @param dropped datagrams that made no sense or had no permission
  /// @param packetsToPeers relayed; and their payload
  /// @param packetsToClients relayed; and their payload
  public record Counters(
      long allocations,
      long allocated,
      long refused,
      long unauthorized,
      long unanswered,
      long denied,
      long dropped,
      long packetsToPeers,
      long bytesToPeers,
      long packetsToClients,
      long bytesToClients) {}
}
