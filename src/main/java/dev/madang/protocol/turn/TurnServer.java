package dev.madang.protocol.turn;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunFraming;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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

  private PeerPolicy policy;
  private final Output output;
  private final ReplyLimit replyLimit;
  private final Gate gate;
  private final Allocations allocations;
  private final Permits permits;
  private final Tally tally = new Tally();
  private final Indications indications = new Indications();

  /// @param nonceKey at least 16 secret random bytes, the same for all loops of a server
  public TurnServer(Settings settings, byte[] nonceKey, PeerPolicy policy, Output output) {
    this.policy = policy;
    this.output = output;
    Nonces nonces = new Nonces(nonceKey, settings.nonceLifetime().toSeconds());
    replyLimit =
        new ReplyLimit(settings.repliesPerSecond(), settings.replyBurst(), nonces.token(-1));
    gate = new Gate(settings.realm(), nonces, output);
    allocations = new Allocations(settings, nonces, output, tally);
    permits = new Permits(settings, policy, tally);
  }

  /// Judges peers by another policy from now on: addresses of this machine come and go.
  public void policy(PeerPolicy policy) {
    this.policy = policy;
    permits.policy(policy);
  }

  /// A datagram on the socket that clients speak to. `from` should be the same object for the same
  /// far end where that is cheap ([dev.madang.wire.AddressCache]).
  public void receive(Address from, byte[] bytes, int offset, int length, long now) {
    Allocation allocation = allocations.of(from);
    if (length >= 4 && isChannelData(bytes[offset])) {
      channelData(allocation, bytes, offset, length, now);
      return;
    }
    try {
      stun(from, null, allocation, bytes, offset, length, now);
    } catch (ProtocolException _) {
      tally.dropped++;
    }
  }

  /// The next bytes of a client's stream, cut anywhere.
  public void receive(Connection from, byte[] bytes, int offset, int length, long now) {
    if (from.ended) {
      return;
    }
    StunFraming framing = from.framing;
    try {
      framing.receive(bytes, offset, length);
      while (!from.ended && framing.next(from.allocation == null ? STRANGER_LIMIT : CLIENT_LIMIT)) {
        if (isChannelData(framing.bytes()[framing.offset()])) {
          channelData(from.allocation, framing.bytes(), framing.offset(), framing.length(), now);
        } else {
          stun(
              from.address(),
              from,
              from.allocation,
              framing.bytes(),
              framing.offset(),
              framing.length(),
              now);
        }
      }
    } catch (ProtocolException _) {
      tally.dropped++;
      from.ended = true;
      gone(from, now);
      from.close();
    }
  }

  /// A client's connection ended; so does its allocation.
  public void gone(Connection connection, long now) {
    connection.ended = true;
    Allocation allocation = connection.allocation;
    if (allocation != null) {
      allocations.end(allocation);
    }
  }

  /// A datagram from a peer on a relay's socket. The [#HEADROOM] bytes before it and the
  /// [#TAILROOM] bytes after it are overwritten.
  public void receivePeer(
      Relay relay, Address peer, byte[] bytes, int offset, int length, long now) {
    Allocation allocation = relay.allocation;
    if (allocation == null || allocation.deadline - now <= 0) {
      tally.dropped++;
      return;
    }
    Allocation.Channel channel = allocation.channelTo(peer);
    if (channel != null && channel.open(now)) {
      toClient(
          allocation,
          bytes,
          offset - 4,
          putChannelData(channel.number, bytes, offset, length, allocation.connection != null));
    } else if (allocation.permits(peer, now)) {
      toClient(
          allocation,
          bytes,
          offset - Indications.headerLength(peer),
          indications.putData(peer, bytes, offset, length));
    } else {
      // RFC 8656 §9: "If no match is found, relaying is not permitted and the server silently
      // discards the UDP datagram."
      tally.dropped++;
      return;
    }
    tally.packetsToClients++;
    tally.bytesToClients += length;
  }

  /// Ends every allocation of this user: it is not to relay any more. That it gets no new one is
  /// the door's to say.
  public void revoke(String user) {
    allocations.endAll(user);
  }

  /// Ends what has expired. Call when [#deadline()] has come, or any time.
  public void tick(long now) {
    allocations.tick(now);
  }

  /// When [#tick] has something to do; `Long.MAX_VALUE` when nothing is waiting.
  public long deadline() {
    return allocations.deadline();
  }

  /// Ends every allocation: relays are closed, quotas given back, connections closed.
  public void close() {
    allocations.close();
  }

  /// What happened so far, for whoever counts. A snapshot made on this loop.
  public Counters counters() {
    return tally.snapshot(allocations.size());
  }

  // ---- relaying -----------------------------------------------------------------------------

  /// RFC 8656 §12.6: "If the ChannelData message is received in a UDP datagram, and if the UDP
  /// datagram is too short to contain the claimed length of the ChannelData message [...] then the
  /// message is silently discarded"; "If the ChannelData message is received on a channel that is
  /// not bound to any peer, then the message is silently discarded."
  private void channelData(
      @Nullable Allocation allocation, byte[] bytes, int offset, int length, long now) {
    int size = u16(bytes, offset + 2);
    if (allocation != null && size <= length - 4 && allocation.deadline - now > 0) {
      Allocation.Channel channel = allocation.channel(u16(bytes, offset));
      if (channel != null && channel.open(now)) {
        if (!policy.passes(channel.peer, bytes, offset + 4, size)) {
          tally.denied++;
          return;
        }
        tally.packetsToPeers++;
        tally.bytesToPeers += size;
        channel.relay.send(channel.peer, bytes, offset + 4, size);
        return;
      }
    }
    tally.dropped++;
  }

  /// RFC 8656 §12.5: "Over TCP and TLS-over-TCP, the ChannelData message MUST be padded to a
  /// multiple of four bytes [...] Over UDP, the padding is not required but MAY be included."
  private static int putChannelData(
      int number, byte[] bytes, int offset, int length, boolean padded) {
    Indications.putU16(bytes, offset - 4, number);
    Indications.putU16(bytes, offset - 2, length);
    return 4 + length + (padded ? Indications.putPadding(bytes, offset + length, length) : 0);
  }

  /// RFC 8656 §11.2, "Receiving a Send Indication". When something is wrong with it, or there is no
  /// permission, it is discarded without a word.
  private void sendIndication(
      @Nullable Allocation allocation, byte[] bytes, int offset, int length, long now) {
    Address peer = indications.readSend(bytes, offset, length);
    if (peer == null
        || allocation == null
        || allocation.deadline - now <= 0
        || !allocation.permits(peer, now)) {
      tally.dropped++;
      return;
    }
    Relay relay = allocation.relayFor(peer);
    int data = indications.dataOffset();
    int size = indications.dataLength();
    if (relay == null || peer.port() == 0 || !policy.passes(peer, bytes, data, size)) {
      tally.denied++;
      return;
    }
    tally.packetsToPeers++;
    tally.bytesToPeers += size;
    relay.send(peer, bytes, data, size);
  }

  private void toClient(Allocation allocation, byte[] bytes, int offset, int length) {
    Connection connection = allocation.connection;
    if (connection == null) {
      output.send(allocation.client, bytes, offset, length);
    } else {
      connection.send(bytes, offset, length);
    }
  }

  // ---- requests -----------------------------------------------------------------------------

  private void stun(
      Address from,
      @Nullable Connection connection,
      @Nullable Allocation allocation,
      byte[] bytes,
      int offset,
      int length,
      long now) {
    if (length >= StunMessage.HEADER && u16(bytes, offset) == SEND_INDICATION) {
      sendIndication(allocation, bytes, offset, length, now);
      return;
    }
    StunMessage request = StunMessage.read(bytes, offset, length);
    if (request.kind() != StunMessage.Kind.REQUEST || !METHODS.contains(request.method())) {
      tally.dropped++;
      return;
    }
    Allocation current = allocation;
    if (current != null && current.deadline - now <= 0) {
      allocations.end(current);
      current = null;
    }
    IntegrityKey key = null;
    StunMessage answer;
    try {
      if (request.method() == StunMessage.BINDING) {
        answer = binding(request, from);
      } else {
        Gate.Claim claim = gate.authenticate(request, from, current, bytes, offset, length, now);
        key = claim.account().key();
        answer = granted(request, claim, from, connection, current, now);
      }
    } catch (Refusal refusal) {
      count(refusal, request);
      answer = request.error(refusal.attributes);
    }
    // What a stranger can cause over UDP goes to whoever the source address belongs to.
    if (key == null && connection == null && !replyLimit.allows(from, now)) {
      tally.unanswered++;
      return;
    }
    // RFC 8489 §9.2.4: a request without PASSWORD-ALGORITHM is answered with "the MESSAGE-INTEGRITY
    // attribute", also where its own was the one of SHA-256.
    byte[] out = answer.write(key, request.has(StunAttribute.Fingerprint.class));
    if (connection == null) {
      output.send(from, out, 0, out.length);
    } else {
      connection.send(out, 0, out.length);
    }
  }

  private StunMessage binding(StunMessage request, Address from) {
    refuseWhatIsNotUnderstood(request);
    return request.success(new StunAttribute.XorMappedAddress(from));
  }

  private StunMessage granted(
      StunMessage request,
      Gate.Claim claim,
      Address from,
      @Nullable Connection connection,
      @Nullable Allocation allocation,
      long now) {
    refuseWhatIsNotUnderstood(request);
    if (request.method() == StunMessage.ALLOCATE) {
      return allocations.allocate(request, claim, from, connection, allocation, now);
    }
    // RFC 8656 §5: "For all TURN messages (including ChannelData) EXCEPT an Allocate request, if
    // the
    // 5-tuple does not identify an existing allocation, then the message MUST either be rejected
    // with
    // a 437 Allocation Mismatch error (if it is a request) or be silently ignored".
    if (allocation == null) {
      throw new Refusal(437, "No allocation here");
    }
    return switch (request.method()) {
      case StunMessage.REFRESH -> allocations.refresh(request, allocation, now);
      case StunMessage.CREATE_PERMISSION -> permits.createPermission(request, allocation, now);
      case StunMessage.CHANNEL_BIND -> permits.channelBind(request, allocation, now);
      default -> throw new IllegalStateException("method " + request.method());
    };
  }

  /// RFC 8489 §6.3.1: "If the request contains one or more unknown comprehension-required
  /// attributes, the server replies with an error response with an error code of 420 (Unknown
  /// Attribute) and includes an UNKNOWN-ATTRIBUTES attribute in the response that lists the unknown
  /// comprehension-required attributes." Four of them at most: the rest would only amplify.
  private static void refuseWhatIsNotUnderstood(StunMessage request) {
    List<Integer> types = request.notUnderstood();
    if (!types.isEmpty()) {
      throw new Refusal(
          420,
          "Unknown attribute",
          new StunAttribute.UnknownAttributes(types.subList(0, Math.min(types.size(), 4))));
    }
  }

  private void count(Refusal refusal, StunMessage request) {
    if (refusal.code == 401 || refusal.code == 438) {
      tally.unauthorized++;
    } else if (request.method() == StunMessage.ALLOCATE) {
      tally.refused++;
    }
  }

  private static boolean isChannelData(byte first) {
    return (first & 0xC0) == 0x40;
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
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

    /// Whether the user of an allocation, which was made by this user name, may go on with it.
    /// Asked with each request on it; who may not hears 401, and the allocation lapses.
    boolean mayGoOn(String username, Account account);

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

  private static final int SEND_INDICATION = 0x0016;

  /// What a stranger may send over TCP in one message, and what a client may.
  private static final int STRANGER_LIMIT = 4096;

  private static final int CLIENT_LIMIT = 65_552;

  private static final Set<Integer> METHODS =
      Set.of(
          StunMessage.BINDING,
          StunMessage.ALLOCATE,
          StunMessage.REFRESH,
          StunMessage.CREATE_PERMISSION,
          StunMessage.CHANNEL_BIND);
}
