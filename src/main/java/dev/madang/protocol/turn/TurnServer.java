package dev.madang.protocol.turn;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunFraming;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import dev.madang.wire.AddressCache;
import dev.madang.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  private final Settings settings;
  private final PeerPolicy policy;
  private final Output output;
  private final Nonces nonces;
  private final ReplyLimit replyLimit;

  /** By the client's address; those of TCP and TLS clients hang on their [Connection]. */
  private final Map<Address, Allocation> byClient = new HashMap<>();

  private final Deadlines deadlines = new Deadlines();

  /** In the order of their deadlines, as all live equally long. */
  private final ArrayDeque<ReservedPort> reserved = new ArrayDeque<>();

  /** The peers of Send indications. */
  private final AddressCache peers = new AddressCache();

  private long indications;
  private long tokens;

  private long allocated;
  private long refused;
  private long unauthorized;
  private long unanswered;
  private long denied;
  private long dropped;
  private long packetsToPeers;
  private long bytesToPeers;
  private long packetsToClients;
  private long bytesToClients;

  /// @param nonceKey at least 16 secret random bytes, the same for all loops of a server
  public TurnServer(Settings settings, byte[] nonceKey, PeerPolicy policy, Output output) {
    this.settings = settings;
    this.policy = policy;
    this.output = output;
    this.nonces = new Nonces(nonceKey, settings.nonceLifetime().toSeconds());
    this.replyLimit =
        new ReplyLimit(settings.repliesPerSecond(), settings.replyBurst(), nonces.token(-1));
  }

  /// A datagram on the socket that clients speak to. `from` should be the same object for the same
  /// far end where that is cheap ([dev.madang.wire.AddressCache]).
  public void receive(Address from, byte[] bytes, int offset, int length, long now) {
    Allocation allocation = byClient.get(from);
    if (length >= 4 && isChannelData(bytes[offset])) {
      channelData(allocation, bytes, offset, length, now);
      return;
    }
    try {
      stun(from, null, allocation, bytes, offset, length, now);
    } catch (ProtocolException _) {
      dropped++;
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
      dropped++;
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
      end(allocation);
    }
  }

  /// A datagram from a peer on a relay's socket. The [#HEADROOM] bytes before it and the
  /// [#TAILROOM] bytes after it are overwritten.
  public void receivePeer(
      Relay relay, Address peer, byte[] bytes, int offset, int length, long now) {
    Allocation allocation = relay.allocation;
    if (allocation == null || allocation.deadline - now <= 0) {
      dropped++;
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
      int header = dataIndicationHeader(peer);
      toClient(allocation, bytes, offset - header, putDataIndication(peer, bytes, offset, length));
    } else {
      // RFC 8656 §11.3: "If there are no permissions [...] the server MUST silently discard".
      dropped++;
      return;
    }
    packetsToClients++;
    bytesToClients += length;
  }

  /// Ends what has expired. Call when [#deadline()] has come, or any time.
  public void tick(long now) {
    for (Allocation first = deadlines.first();
        first != null && first.deadline - now <= 0;
        first = deadlines.first()) {
      end(first);
    }
    for (ReservedPort first = reserved.peek();
        first != null && (first.gone || first.deadline - now <= 0);
        first = reserved.peek()) {
      reserved.remove();
      giveUp(first);
    }
  }

  /// When [#tick] has something to do; `Long.MAX_VALUE` when nothing is waiting.
  public long deadline() {
    Allocation allocation = deadlines.first();
    ReservedPort port = reserved.peek();
    if (allocation == null) {
      return port == null ? Long.MAX_VALUE : port.deadline;
    }
    return port == null || allocation.deadline - port.deadline < 0
        ? allocation.deadline
        : port.deadline;
  }

  /// Ends every allocation: relays are closed, quotas given back, connections closed.
  public void close() {
    for (Allocation first = deadlines.first(); first != null; first = deadlines.first()) {
      end(first);
      if (first.connection != null) {
        first.connection.ended = true;
        first.connection.close();
      }
    }
    reserved.forEach(this::giveUp);
    reserved.clear();
  }

  /// What happened so far, for whoever counts. A snapshot made on this loop.
  public Counters counters() {
    return new Counters(
        deadlines.size(),
        allocated,
        refused,
        unauthorized,
        unanswered,
        denied,
        dropped,
        packetsToPeers,
        bytesToPeers,
        packetsToClients,
        bytesToClients);
  }

  // ---- relaying -----------------------------------------------------------------------------

  /// RFC 8656 §12.6: the server "uses the channel number to look up the peer [...] If the channel
  /// is not bound [...] silently discarded"; a length beyond the datagram is discarded as well.
  private void channelData(
      @Nullable Allocation allocation, byte[] bytes, int offset, int length, long now) {
    int size = u16(bytes, offset + 2);
    if (allocation != null && size <= length - 4 && allocation.deadline - now > 0) {
      Allocation.Channel channel = allocation.channel(u16(bytes, offset));
      if (channel != null && channel.open(now)) {
        packetsToPeers++;
        bytesToPeers += size;
        channel.relay.send(channel.peer, bytes, offset + 4, size);
        return;
      }
    }
    dropped++;
  }

  /// RFC 8656 §12.5: over TCP ChannelData "MUST be padded to a multiple of four bytes"; over UDP
  /// "the padding is not required".
  private static int putChannelData(
      int number, byte[] bytes, int offset, int length, boolean padded) {
    putU16(bytes, offset - 4, number);
    putU16(bytes, offset - 2, length);
    return 4 + length + (padded ? putPadding(bytes, offset + length, length) : 0);
  }

  /// RFC 8656 §11.3: "a Data indication [...] MUST contain both an XOR-PEER-ADDRESS and a DATA
  /// attribute". Written in place, in front of the payload.
  private int putDataIndication(Address peer, byte[] bytes, int offset, int length) {
    int header = dataIndicationHeader(peer);
    int padding = putPadding(bytes, offset + length, length);
    ByteBuffer out = ByteBuffer.wrap(bytes, offset - header, header);
    long id = ++indications;
    out.putShort((short) DATA_INDICATION)
        .putShort((short) (header - StunMessage.HEADER + length + padding))
        .putInt(StunMessage.COOKIE)
        .putInt(0)
        .putLong(id)
        .putShort((short) StunAttribute.XOR_PEER_ADDRESS)
        .putShort((short) (peer.isV6() ? 20 : 8))
        .putShort((short) (peer.isV6() ? StunAttribute.IPV6 : StunAttribute.IPV4))
        .putShort((short) (peer.port() ^ StunMessage.COOKIE >>> 16));
    if (peer.isV6()) {
      out.putLong(peer.high() ^ (long) StunMessage.COOKIE << 32).putLong(peer.low() ^ id);
    } else {
      out.putInt(peer.ip4() ^ StunMessage.COOKIE);
    }
    out.putShort((short) StunAttribute.DATA).putShort((short) length);
    return header + length + padding;
  }

  private static int dataIndicationHeader(Address peer) {
    return StunMessage.HEADER + (peer.isV6() ? 24 : 12) + 4;
  }

  private static int putPadding(byte[] bytes, int at, int length) {
    int padding = -length & 3;
    for (int i = 0; i < padding; i++) {
      bytes[at + i] = 0;
    }
    return padding;
  }

  /// RFC 8656 §11.2: a Send indication needs an XOR-PEER-ADDRESS and a DATA attribute, a permission
  /// for the address, and no attribute that is not understood; otherwise it is discarded without a
  /// word. Read in place: clients without channels send all their media this way.
  private void sendIndication(
      @Nullable Allocation allocation, byte[] bytes, int offset, int length, long now) {
    Address peer = null;
    int dataAt = -1;
    int dataLength = 0;
    int end = offset + length;
    int at = offset + StunMessage.HEADER;
    boolean understood = StunMessage.looksLike(bytes, offset, length);
    while (understood && at < end) {
      int type = at + 4 <= end ? u16(bytes, at) : 0;
      int size = at + 4 <= end ? u16(bytes, at + 2) : end;
      if (size > end - at - 4) {
        understood = false;
      } else if (type == StunAttribute.XOR_PEER_ADDRESS && peer == null) {
        peer = peerAddress(bytes, at + 4, size, offset);
        understood = peer != null;
      } else if (type == StunAttribute.DATA && dataAt < 0) {
        dataAt = at + 4;
        dataLength = size;
      } else if (type < 0x8000
          && type != StunAttribute.XOR_PEER_ADDRESS
          && type != StunAttribute.DATA) {
        understood = false;
      }
      at += 4 + size + (-size & 3);
    }
    if (!understood
        || allocation == null
        || allocation.deadline - now <= 0
        || peer == null
        || dataAt < 0
        || !allocation.permits(peer, now)) {
      dropped++;
      return;
    }
    Relay relay = allocation.relayFor(peer);
    if (relay == null || peer.port() == 0 || policy.isOwnDoor(peer)) {
      denied++;
      return;
    }
    packetsToPeers++;
    bytesToPeers += dataLength;
    relay.send(peer, bytes, dataAt, dataLength);
  }

  private @Nullable Address peerAddress(byte[] bytes, int at, int size, int message) {
    int port = size < 8 ? 0 : u16(bytes, at + 2) ^ StunMessage.COOKIE >>> 16;
    int family = size < 8 ? 0 : bytes[at + 1];
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (family == StunAttribute.IPV4 && size == 8) {
      return peers.v4(in.getInt(at + 4) ^ StunMessage.COOKIE, port);
    }
    if (family == StunAttribute.IPV6 && size == 20) {
      long high = in.getLong(at + 4) ^ in.getLong(message + 4);
      long low = in.getLong(at + 12) ^ in.getLong(message + 12);
      // A mapped address stays what it is: IPv6, and denied.
      return high == 0 ? Address.v6(high, low, port) : peers.v6(high, low, port);
    }
    return null;
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
      dropped++;
      return;
    }
    Allocation current = allocation;
    if (current != null && current.deadline - now <= 0) {
      end(current);
      current = null;
    }
    IntegrityKey key = null;
    boolean sha256 = request.has(StunAttribute.MessageIntegritySha256.class);
    StunMessage answer;
    try {
      if (request.method() == StunMessage.BINDING) {
        answer = binding(request, from);
      } else {
        Claim claim = authenticate(request, from, current, bytes, offset, length, now);
        key = claim.account().key();
        answer = granted(request, claim, from, connection, current, now);
      }
    } catch (Refusal refusal) {
      count(refusal, request);
      answer = request.error(refusal.attributes);
    }
    // What a stranger can cause over UDP goes to whoever the source address belongs to.
    if (key == null && connection == null && !replyLimit.allows(from, now)) {
      unanswered++;
      return;
    }
    boolean fingerprint = request.has(StunAttribute.Fingerprint.class);
    byte[] out =
        key != null && sha256
            ? answer.writeSha256(key, fingerprint)
            : answer.write(key, fingerprint);
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
      Claim claim,
      Address from,
      @Nullable Connection connection,
      @Nullable Allocation allocation,
      long now) {
    refuseWhatIsNotUnderstood(request);
    if (request.method() == StunMessage.ALLOCATE) {
      return allocate(request, claim, from, connection, allocation, now);
    }
    // RFC 8656 §7.2, 10.2, 12.2: no allocation for the 5-tuple is a 437.
    if (allocation == null) {
      throw new Refusal(437, "No allocation here");
    }
    return switch (request.method()) {
      case StunMessage.REFRESH -> refresh(request, allocation, now);
      case StunMessage.CREATE_PERMISSION -> createPermission(request, allocation, now);
      case StunMessage.CHANNEL_BIND -> channelBind(request, allocation, now);
      default -> throw new IllegalStateException("method " + request.method());
    };
  }

  /// RFC 8489 §6.3.1: "If the request contains one or more unknown comprehension-required
  /// attributes, the server replies with an error response with an error code of 420".
  private static void refuseWhatIsNotUnderstood(StunMessage request) {
    List<Integer> types = request.notUnderstood();
    if (!types.isEmpty()) {
      throw new Refusal(
          420,
          "Unknown attribute",
          new StunAttribute.UnknownAttributes(types.subList(0, Math.min(types.size(), 4))));
    }
  }

  private record Claim(String username, Account account) {}

  /// The long-term credential mechanism, RFC 8489 §9.2.4, step by step. The reasons are left empty:
  /// these answers go to strangers, and every byte counts against us.
  private Claim authenticate(
      StunMessage request,
      Address from,
      @Nullable Allocation allocation,
      byte[] bytes,
      int offset,
      int length,
      long now) {
    // "If the message does not contain a MESSAGE-INTEGRITY [...] 401 (Unauthenticated) [...] MUST
    // include a REALM [...] MUST include a NONCE".
    if (!request.has(StunAttribute.MessageIntegrity.class)
        && !request.has(StunAttribute.MessageIntegritySha256.class)) {
      throw challenge(401, from, now);
    }
    // "If the message contains a MESSAGE-INTEGRITY [...] but is missing [...] USERNAME [...] REALM,
    // or NONCE [...] 400 (Bad Request)".
    StunAttribute.Username username = request.first(StunAttribute.Username.class);
    StunAttribute.Nonce nonce = request.first(StunAttribute.Nonce.class);
    if (username == null || nonce == null || !request.has(StunAttribute.Realm.class)) {
      throw new Refusal(400, "");
    }
    // "If the NONCE is no longer valid [...] 438 (Stale Nonce)". Before the user is looked up: who
    // has no nonce of ours has not shown that the address is theirs.
    if (!nonces.holds(nonce.value(), from, now)) {
      throw challenge(438, from, now);
    }
    // RFC 8656 §5: "all requests [...] MUST use the same username as that used to create the
    // allocation [...] 441 (Wrong Credentials)".
    boolean same = allocation != null && allocation.username.equals(username.value());
    Account account =
        allocation != null && same ? allocation.account : output.account(username.value());
    // "If the USERNAME is not valid [...] 401"; "If the MESSAGE-INTEGRITY is not equal [...] 401".
    if (account == null || !StunMessage.isSigned(bytes, offset, length, account.key())) {
      throw challenge(401, from, now);
    }
    if (allocation != null && !same) {
      throw new Refusal(441, "Wrong credentials");
    }
    return new Claim(username.value(), account);
  }

  private Refusal challenge(int code, Address from, long now) {
    return new Refusal(
        code,
        "",
        new StunAttribute.Realm(settings.realm()),
        new StunAttribute.Nonce(nonces.make(from, now)));
  }

  /// RFC 8656 §7.2, "Receiving an Allocate Request", step by step.
  private StunMessage allocate(
      StunMessage request,
      Claim claim,
      Address from,
      @Nullable Connection connection,
      @Nullable Allocation existing,
      long now) {
    // "2. [...] If the 5-tuple is currently in use [...] 437 (Allocation Mismatch)"; but "if the
    // request is a retransmission [...] the server [...] treats it as [...] and sends a success".
    if (existing != null) {
      if (existing.transaction.equals(request.id())) {
        return allocated(request, existing, null, now);
      }
      throw new Refusal(437, "This address has an allocation");
    }
    // "3. [...] REQUESTED-TRANSPORT [...] not included or malformed [...] 400; [...] other than
    // UDP [...] 442 (Unsupported Transport Protocol)".
    StunAttribute.RequestedTransport transport =
        request.first(StunAttribute.RequestedTransport.class);
    if (transport == null) {
      throw new Refusal(400, "REQUESTED-TRANSPORT is missing");
    }
    if (transport.protocol() != UDP) {
      throw new Refusal(442, "Only UDP is relayed");
    }
    // 4. DONT-FRAGMENT is not supported: it was answered with 420 among the unknown attributes.
    Families families = families(request);
    StunAttribute.EvenPort evenPort = request.first(StunAttribute.EvenPort.class);
    StunAttribute.ReservationToken token = request.first(StunAttribute.ReservationToken.class);
    if (evenPort != null && (token != null || (evenPort.reserveNext() && families.both()))) {
      throw new Refusal(400, "EVEN-PORT does not go with that");
    }
    ReservedPort port = token == null ? null : redeemable(token.token(), claim, now);
    // "11. [...] the server MAY [...] 486 (Allocation Quota Reached)".
    String user = claim.account().user();
    if (!output.admit(user, from)) {
      throw new Refusal(486, "Too many allocations");
    }
    Allocation allocation =
        new Allocation(from, connection, claim.username(), claim.account(), request.id());
    StunAttribute.AddressErrorCode partly = null;
    try {
      if (port != null) {
        own(allocation, redeem(port));
      } else {
        partly = open(allocation, families, evenPort, now);
      }
    } catch (Refusal refusal) {
      output.release(user, from);
      throw refusal;
    }
    long seconds = lifetime(request);
    allocation.deadline = now + seconds * SECOND;
    deadlines.add(allocation);
    if (connection == null) {
      byClient.put(from, allocation);
    } else {
      connection.allocation = allocation;
    }
    allocated++;
    return allocated(request, allocation, partly, now);
  }

  /// The families asked for. RFC 8656 §7.2: "6. [...] both REQUESTED-ADDRESS-FAMILY and
  /// ADDITIONAL-ADDRESS-FAMILY [...] 400"; "7. [...] doesn't support [...] 440 (Address Family not
  /// Supported)"; "8. [...] ADDITIONAL-ADDRESS-FAMILY [...] 0x01 (IPv4) [...] 400".
  private Families families(StunMessage request) {
    StunAttribute.RequestedAddressFamily requested =
        request.first(StunAttribute.RequestedAddressFamily.class);
    StunAttribute.AdditionalAddressFamily additional =
        request.first(StunAttribute.AdditionalAddressFamily.class);
    if (requested != null
        && (additional != null || request.has(StunAttribute.ReservationToken.class))) {
      throw new Refusal(400, "REQUESTED-ADDRESS-FAMILY does not go with that");
    }
    if (additional != null && additional.family() != StunAttribute.IPV6) {
      throw new Refusal(400, "The additional address family can only be IPv6");
    }
    int family = requested == null ? StunAttribute.IPV4 : requested.family();
    boolean v6 = family == StunAttribute.IPV6;
    if ((!v6 && family != StunAttribute.IPV4) || !output.relays(v6)) {
      throw new Refusal(440, "Address family not supported");
    }
    return new Families(v6, additional != null);
  }

  private record Families(boolean v6, boolean both) {}

  private StunAttribute.@Nullable AddressErrorCode open(
      Allocation allocation,
      Families families,
      StunAttribute.@Nullable EvenPort evenPort,
      long now) {
    Relay relay = output.open(families.v6(), evenPort == null ? Output.ANY_PORT : Output.EVEN_PORT);
    if (relay == null) {
      throw new Refusal(508, "No port is free");
    }
    if (evenPort != null && evenPort.reserveNext()) {
      Relay above = output.open(families.v6(), relay.address().port() + 1);
      if (above == null) {
        relay.close();
        throw new Refusal(508, "No pair of ports is free");
      }
      ReservedPort kept =
          new ReservedPort(
              nonces.token(++tokens), allocation.username, above, now + RESERVATION.toNanos());
      allocation.reserved = kept;
      reserved.add(kept);
    }
    own(allocation, relay);
    if (!families.both()) {
      return null;
    }
    // RFC 8656 §7.2: when only one of two can be had, "the server [...] MUST include an
    // ADDRESS-ERROR-CODE attribute" for the other.
    if (!output.relays(true)) {
      return new StunAttribute.AddressErrorCode(StunAttribute.IPV6, 440, "Not supported");
    }
    Relay second = output.open(true, Output.ANY_PORT);
    if (second == null) {
      return new StunAttribute.AddressErrorCode(StunAttribute.IPV6, 508, "No port is free");
    }
    own(allocation, second);
    return null;
  }

  private static void own(Allocation allocation, Relay relay) {
    relay.allocation = allocation;
    if (relay.address().isV6()) {
      allocation.relay6 = relay;
    } else {
      allocation.relay4 = relay;
    }
  }

  /// RFC 8656 §7.2: "5. [...] RESERVATION-TOKEN [...] If the token is not valid for some reason
  /// [...] 508 (Insufficient Capacity)".
  private ReservedPort redeemable(long token, Claim claim, long now) {
    for (ReservedPort port : reserved) {
      if (!port.gone
          && port.deadline - now > 0
          && port.token == token
          && port.username.equals(claim.username())) {
        return port;
      }
    }
    throw new Refusal(508, "No such reservation");
  }

  private static Relay redeem(ReservedPort port) {
    port.gone = true;
    return port.relay;
  }

  private void giveUp(ReservedPort port) {
    if (!port.gone) {
      port.gone = true;
      port.relay.close();
    }
  }

  private StunMessage allocated(
      StunMessage request,
      Allocation allocation,
      StunAttribute.@Nullable AddressErrorCode partly,
      long now) {
    List<StunAttribute> attributes = new ArrayList<>();
    if (allocation.relay4 != null) {
      attributes.add(new StunAttribute.XorRelayedAddress(allocation.relay4.address()));
    }
    if (allocation.relay6 != null) {
      attributes.add(new StunAttribute.XorRelayedAddress(allocation.relay6.address()));
    }
    attributes.add(new StunAttribute.Lifetime((allocation.deadline - now) / SECOND));
    if (allocation.reserved != null) {
      attributes.add(new StunAttribute.ReservationToken(allocation.reserved.token));
    }
    attributes.add(new StunAttribute.XorMappedAddress(allocation.client));
    if (partly != null) {
      attributes.add(partly);
    }
    return request.success(attributes.toArray(StunAttribute[]::new));
  }

  /// RFC 8656 §7.2: the lifetime is at least the default and at most the server's maximum.
  private long lifetime(StunMessage request) {
    StunAttribute.Lifetime wish = request.first(StunAttribute.Lifetime.class);
    long least = settings.defaultLifetime().toSeconds();
    return wish == null
        ? least
        : Math.max(least, Math.min(wish.seconds(), settings.maxLifetime().toSeconds()));
  }

  /// RFC 8656 §8.2, "Receiving a Refresh Request".
  private StunMessage refresh(StunMessage request, Allocation allocation, long now) {
    StunAttribute.RequestedAddressFamily family =
        request.first(StunAttribute.RequestedAddressFamily.class);
    Relay meant = null;
    if (family != null) {
      meant =
          switch (family.family()) {
            case StunAttribute.IPV4 -> allocation.relay4;
            case StunAttribute.IPV6 -> allocation.relay6;
            default -> null;
          };
      // "If the address family [...] does not match [...] 443 (Peer Address Family Mismatch)".
      if (meant == null) {
        throw new Refusal(443, "The allocation has no such address family");
      }
    }
    StunAttribute.Lifetime wish = request.first(StunAttribute.Lifetime.class);
    if (wish != null && wish.seconds() == 0) {
      // "If the desired lifetime is zero, then the request succeeds and the allocation is deleted";
      // of two families only the one that is named.
      if (meant != null && allocation.relay4 != null && allocation.relay6 != null) {
        allocation.forget(meant.address().isV6());
        shut(meant);
      } else {
        end(allocation);
      }
      return request.success(new StunAttribute.Lifetime(0));
    }
    long seconds = lifetime(request);
    allocation.deadline = now + seconds * SECOND;
    deadlines.moved(allocation);
    return request.success(new StunAttribute.Lifetime(seconds));
  }

  /// RFC 8656 §10.2, "Receiving a CreatePermission Request": all of the peers or none.
  private StunMessage createPermission(StunMessage request, Allocation allocation, long now) {
    List<Address> peers = new ArrayList<>();
    for (StunAttribute attribute : request.attributes()) {
      if (attribute instanceof StunAttribute.XorPeerAddress(Address peer)) {
        requireFamily(allocation, peer);
        if (!policy.permits(peer)) {
          denied++;
          throw new Refusal(403, "That peer address is not relayed to");
        }
        peers.add(peer);
      }
    }
    // "The CreatePermission request MUST contain at least one XOR-PEER-ADDRESS [...] 400".
    if (peers.isEmpty()) {
      throw new Refusal(400, "XOR-PEER-ADDRESS is missing");
    }
    if (!allocation.mayPermit(peers, settings.maxPermissions(), now)) {
      throw new Refusal(508, "Too many permissions");
    }
    peers.forEach(peer -> allocation.permit(peer, now + PERMISSION.toNanos()));
    return request.success();
  }

  /// RFC 8656 §12.2, "Receiving a ChannelBind Request".
  private StunMessage channelBind(StunMessage request, Allocation allocation, long now) {
    StunAttribute.ChannelNumber number = request.first(StunAttribute.ChannelNumber.class);
    StunAttribute.XorPeerAddress attribute = request.first(StunAttribute.XorPeerAddress.class);
    // "The request contains both a CHANNEL-NUMBER and an XOR-PEER-ADDRESS attribute".
    if (number == null || attribute == null) {
      throw new Refusal(400, "CHANNEL-NUMBER or XOR-PEER-ADDRESS is missing");
    }
    // "The channel number is in the range 0x4000 through 0x4FFF (inclusive)".
    int last = settings.oldChannelNumbers() ? 0x7FFF : 0x4FFF;
    if (number.number() < 0x4000 || number.number() > last) {
      throw new Refusal(400, "The channel number is out of range");
    }
    Address peer = attribute.address();
    requireFamily(allocation, peer);
    if (!policy.reaches(peer)) {
      denied++;
      throw new Refusal(403, "That peer address is not relayed to");
    }
    // "The channel number is not currently bound to a different transport address"; "The transport
    // address is not currently bound to a different channel number".
    if (!matches(allocation, number.number(), peer)) {
      allocation.forgetExpired(now);
      if (!matches(allocation, number.number(), peer)) {
        throw new Refusal(400, "The channel or the peer is bound otherwise");
      }
    }
    if (allocation.channelTo(peer) == null
        && !(allocation.mayBind(settings.maxChannels(), now)
            && allocation.mayPermit(List.of(peer), settings.maxPermissions(), now))) {
      throw new Refusal(508, "Too many channels");
    }
    Relay relay = allocation.relayFor(peer);
    if (relay != null) {
      allocation.bind(
          number.number(), peer, relay, now + PERMISSION.toNanos(), now + CHANNEL.toNanos());
    }
    return request.success();
  }

  private static boolean matches(Allocation allocation, int number, Address peer) {
    Allocation.Channel byNumber = allocation.channel(number);
    Allocation.Channel byPeer = allocation.channelTo(peer);
    return byNumber == byPeer;
  }

  /// RFC 8656 §10.2, 12.2: a peer of a family for which there is no relayed address is a 443.
  private static void requireFamily(Allocation allocation, Address peer) {
    if (allocation.relayFor(peer) == null) {
      throw new Refusal(443, "The allocation has no such address family");
    }
  }

  // ---- the end of things --------------------------------------------------------------------

  private void end(Allocation allocation) {
    deadlines.remove(allocation);
    if (allocation.connection == null) {
      byClient.remove(allocation.client);
    } else {
      allocation.connection.allocation = null;
    }
    if (allocation.relay4 != null) {
      shut(allocation.relay4);
    }
    if (allocation.relay6 != null) {
      shut(allocation.relay6);
    }
    output.release(allocation.account.user(), allocation.client);
  }

  private static void shut(Relay relay) {
    relay.allocation = null;
    relay.close();
  }

  private void count(Refusal refusal, StunMessage request) {
    if (refusal.code == 401 || refusal.code == 438) {
      unauthorized++;
    } else if (request.method() == StunMessage.ALLOCATE) {
      refused++;
    }
  }

  private static boolean isChannelData(byte first) {
    return (first & 0xC0) == 0x40;
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  private static void putU16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
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

  private static final int UDP = 17;
  private static final int SEND_INDICATION = 0x0016;
  private static final int DATA_INDICATION = 0x0017;
  private static final long SECOND = 1_000_000_000L;
  private static final Duration PERMISSION = Duration.ofMinutes(5);
  private static final Duration CHANNEL = Duration.ofMinutes(10);
  private static final Duration RESERVATION = Duration.ofSeconds(30);

  /// What a stranger may send over TCP in one message, and what a client may.
  private static final int STRANGER_LIMIT = 2048;

  private static final int CLIENT_LIMIT = 65_552;

  private static final Set<Integer> METHODS =
      Set.of(
          StunMessage.BINDING,
          StunMessage.ALLOCATE,
          StunMessage.REFRESH,
          StunMessage.CREATE_PERMISSION,
          StunMessage.CHANNEL_BIND);
}
