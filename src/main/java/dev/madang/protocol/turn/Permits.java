package dev.madang.protocol.turn;

import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What opens the way between an allocation and a peer: permissions and channels. Lives on the loop
/// of its [TurnServer].
final class Permits {
  private final TurnServer.Settings settings;
  private PeerPolicy policy;
  private final Tally tally;

  Permits(TurnServer.Settings settings, PeerPolicy policy, Tally tally) {
    this.settings = settings;
    this.policy = policy;
    this.tally = tally;
  }

  void policy(PeerPolicy policy) {
    this.policy = policy;
  }

  /// RFC 8656 §10.2, "Receiving a CreatePermission Request": all of the peers or none.
  StunMessage createPermission(StunMessage request, Allocation allocation, long now) {
    List<Address> peers = new ArrayList<>();
    for (StunAttribute attribute : request.attributes()) {
      if (attribute instanceof StunAttribute.XorPeerAddress(Address peer)) {
        requireFamily(allocation, peer);
        if (!policy.permits(peer)) {
          tally.denied++;
          throw new Refusal(403, "That peer address is not relayed to");
        }
        peers.add(peer);
      }
    }
    // A request with no XOR-PEER-ADDRESS is a 400 (Bad Request).
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
  StunMessage channelBind(StunMessage request, Allocation allocation, long now) {
    StunAttribute.ChannelNumber number = request.first(StunAttribute.ChannelNumber.class);
    StunAttribute.XorPeerAddress attribute = request.first(StunAttribute.XorPeerAddress.class);
    // "The request contains both a CHANNEL-NUMBER and an XOR-PEER-ADDRESS attribute"; "If any of
    // these
    // tests fail, the server replies with a 400 (Bad Request) error."
    if (number == null || attribute == null) {
      throw new Refusal(400, "CHANNEL-NUMBER or XOR-PEER-ADDRESS is missing");
    }
    // "The channel number is in the range 0x4000 through 0x4FFF (inclusive)"; RFC 5766 §11 had it
    // through 0x7FFF.
    int last = settings.oldChannelNumbers() ? 0x7FFF : 0x4FFF;
    if (number.number() < 0x4000 || number.number() > last) {
      throw new Refusal(400, "The channel number is out of range");
    }
    Address peer = attribute.address();
    requireFamily(allocation, peer);
    if (!policy.reaches(peer)) {
      tally.denied++;
      throw new Refusal(403, "That peer address is not relayed to");
    }
    // "The channel number is not currently bound to a different transport address (same transport
    // address is OK); The transport address is not currently bound to a different channel number."
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

  private static final Duration PERMISSION = Duration.ofMinutes(5);
  private static final Duration CHANNEL = Duration.ofMinutes(10);
}
