package dev.madang.protocol.turn;

import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The allocations of a server, how they come, last and end. Lives on the loop of its [TurnServer].
final class Allocations {
  private final TurnServer.Settings settings;
  private final Nonces nonces;
  private final TurnServer.Output output;
  private final Tally tally;

  /** By the client's address; those of TCP and TLS clients hang on their [Connection]. */
  private final Map<Address, Allocation> byClient = new HashMap<>();

  private final Deadlines deadlines = new Deadlines();

  /** In the order of their deadlines, as all live equally long. */
  private final ArrayDeque<ReservedPort> reserved = new ArrayDeque<>();

  private long tokens;

  Allocations(TurnServer.Settings settings, Nonces nonces, TurnServer.Output output, Tally tally) {
    this.settings = settings;
    this.nonces = nonces;
    this.output = output;
    this.tally = tally;
  }

  int size() {
    return deadlines.size();
  }

  @Nullable Allocation of(Address client) {
    return byClient.get(client);
  }

  /// RFC 8656 §7.2, "Receiving an Allocate Request", step by step.
  StunMessage allocate(
      StunMessage request,
      Gate.Claim claim,
      Address from,
      @Nullable Connection connection,
      @Nullable Allocation existing,
      long now) {
    // "2. The server checks if the 5-tuple is currently in use by an existing allocation. If yes,
    // the
    // server rejects the request with a 437 (Allocation Mismatch) error." But §5: the same request
    // again, whose answer was lost, is answered as before.
    if (existing != null) {
      if (existing.transaction.equals(request.id()) && existing.username.equals(claim.username())) {
        return allocated(request, existing, null, now);
      }
      throw new Refusal(437, "This address has an allocation");
    }
    // "3. [...] If the REQUESTED-TRANSPORT attribute is not included or is malformed, the server
    // rejects the request with a 400 (Bad Request) error. Otherwise, if the attribute is included
    // but
    // specifies a protocol that is not supported by the server, the server rejects the request with
    // a
    // 442 (Unsupported Transport Protocol) error."
    StunAttribute.RequestedTransport transport =
        request.first(StunAttribute.RequestedTransport.class);
    if (transport == null) {
      throw new Refusal(400, "REQUESTED-TRANSPORT is missing");
    }
    if (transport.protocol() != UDP) {
      throw new Refusal(442, "Only UDP is relayed");
    }
    // "4. The request may contain a DONT-FRAGMENT attribute. If it does, but the server does not
    // support sending UDP datagrams with the DF bit set to 1 [...] then the server treats the
    // DONT-FRAGMENT attribute in the Allocate request as an unknown comprehension-required
    // attribute." That was done by who read the request.
    Families families = families(request);
    StunAttribute.EvenPort evenPort = request.first(StunAttribute.EvenPort.class);
    StunAttribute.ReservationToken token = request.first(StunAttribute.ReservationToken.class);
    // "5. The server checks if the request contains a RESERVATION-TOKEN attribute. If yes, and the
    // request also contains an EVEN-PORT or REQUESTED-ADDRESS-FAMILY or ADDITIONAL-ADDRESS-FAMILY
    // attribute, the server rejects the request with a 400"; "8. The server checks if the request
    // contains an EVEN-PORT attribute with the R bit set to 1. If yes, and the request also
    // contains
    // an ADDITIONAL-ADDRESS-FAMILY attribute, the server rejects the request with a 400".
    if (evenPort != null && (token != null || (evenPort.reserveNext() && families.both()))) {
      throw new Refusal(400, "EVEN-PORT does not go with that");
    }
    ReservedPort port = token == null ? null : redeemable(token.token(), claim, now);
    // "10. At any point, the server MAY choose to reject the request with a 486 (Allocation Quota
    // Reached) error if it feels the client is trying to exceed some locally defined allocation
    // quota."
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
    tally.allocated++;
    return allocated(request, allocation, partly, now);
  }

  /// The families asked for. RFC 8656 §7.2: "6. The server checks if the request contains both
  /// REQUESTED-ADDRESS-FAMILY and ADDITIONAL-ADDRESS-FAMILY attributes. If yes, then the server
  /// rejects the request with a 400"; "7. If the server does not support the address family
  /// requested by the client [...] it MUST generate an Allocate error response, and it MUST include
  /// an ERROR-CODE attribute with the 440 (Address Family not Supported) response code"; "9. The
  /// server checks if the request contains an ADDITIONAL-ADDRESS-FAMILY attribute. If yes, and the
  /// attribute value is 0x01 (IPv4 address family), then the server rejects the request with a
  /// 400".
  private Families families(StunMessage request) {
    StunAttribute.RequestedAddressFamily requested =
        request.first(StunAttribute.RequestedAddressFamily.class);
    StunAttribute.AdditionalAddressFamily additional =
        request.first(StunAttribute.AdditionalAddressFamily.class);
    boolean token = request.has(StunAttribute.ReservationToken.class);
    if ((requested != null && additional != null)
        || (token && (requested != null || additional != null))) {
      throw new Refusal(400, "The address families do not go with that");
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
    Relay relay =
        output.open(
            families.v6(),
            evenPort == null ? TurnServer.Output.ANY_PORT : TurnServer.Output.EVEN_PORT);
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
    // RFC 8656 §7.2: "9. [...] if it can only allocate one relayed transport address of a specific
    // address type, then it includes ADDRESS-ERROR-CODE attribute in the success response".
    if (!output.relays(true)) {
      return new StunAttribute.AddressErrorCode(StunAttribute.IPV6, 440, "Not supported");
    }
    Relay second = output.open(true, TurnServer.Output.ANY_PORT);
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

  /// RFC 8656 §7.2: "5. [...] it checks to see if the token is valid [...] If the token is not
  /// valid for some reason, the server rejects the request with a 508 (Insufficient Capacity)
  /// error."
  private ReservedPort redeemable(long token, Gate.Claim claim, long now) {
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
    attributes.add(SOFTWARE);
    if (partly != null) {
      attributes.add(partly);
    }
    return request.success(attributes.toArray(StunAttribute[]::new));
  }

  /// RFC 8656 §7.2: "the server computes the minimum of the client's proposed lifetime and the
  /// server's maximum allowed lifetime. If this computed value is greater than the default
  /// lifetime, then the server uses the computed lifetime [...] Otherwise, the server uses the
  /// default lifetime."
  private long lifetime(StunMessage request) {
    StunAttribute.Lifetime wish = request.first(StunAttribute.Lifetime.class);
    long least = settings.defaultLifetime().toSeconds();
    return wish == null
        ? least
        : Math.max(least, Math.min(wish.seconds(), settings.maxLifetime().toSeconds()));
  }

  /// RFC 8656 §8.2, "Receiving a Refresh Request".
  StunMessage refresh(StunMessage request, Allocation allocation, long now) {
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
      // A family that the allocation does not have "MUST" be answered with "a 443 (Peer Address
      // Family
      // Mismatch) Refresh error response".
      if (meant == null) {
        throw new Refusal(443, "The allocation has no such address family");
      }
    }
    StunAttribute.Lifetime wish = request.first(StunAttribute.Lifetime.class);
    if (wish != null && wish.seconds() == 0) {
      // "If the 'desired lifetime' is zero, then the request succeeds and the allocation is
      // deleted";
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
    return request.success(new StunAttribute.Lifetime(seconds), SOFTWARE);
  }

  void endAll(String user) {
    List<Allocation> ended = new ArrayList<>();
    deadlines.forEach(allocation -> {
      if (allocation.account.user().equals(user)) {
        ended.add(allocation);
      }
    });
    ended.forEach(this::end);
  }

  void end(Allocation allocation) {
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

  void tick(long now) {
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

  long deadline() {
    Allocation allocation = deadlines.first();
    ReservedPort port = reserved.peek();
    if (allocation == null) {
      return port == null ? Long.MAX_VALUE : port.deadline;
    }
    return port == null || allocation.deadline - port.deadline < 0
        ? allocation.deadline
        : port.deadline;
  }

  void close() {
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

  /// RFC 8656 §5: "The server SHOULD include the SOFTWARE attribute in all Allocate and Refresh
  /// responses"; strangers are spared it.
  private static final StunAttribute SOFTWARE = new StunAttribute.Software("Madang");

  private static final int UDP = 17;
  private static final long SECOND = 1_000_000_000L;
  private static final Duration RESERVATION = Duration.ofSeconds(30);
}
