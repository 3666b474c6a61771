package dev.madang.server.turn;

import dev.madang.protocol.turn.PeerPolicy;
import dev.madang.wire.Address;
import dev.madang.wire.Cidr;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whom relays may reach, and as whom they are seen. Any thread.
final class Peers {
  private final List<Cidr> allow;
  private final List<Address> outer;
  private final LocalAddresses addresses;
  private final List<Cidr> deny;
  private final Set<Integer> closed;
  private final int media;
  private volatile Known known;

  private record Known(List<Address> addresses, PeerPolicy policy) {}

  /// @param closed UDP ports of this machine that stay closed to relays whatever is allowed
  /// @param media the one of them to which media goes all the same
  Peers(TurnDoor.Config config, LocalAddresses addresses, Set<Integer> closed, int media) {
    this.addresses = addresses;
    this.closed = closed;
    this.media = media;
    allow = config.allowPeers().stream().map(Cidr::parse).toList();
    deny = config.denyPeers().stream().map(Cidr::parse).toList();
    outer = config.publicAddresses().stream().map(text -> Address.parse(text, 0)).toList();
    known = judge(addresses.all());
  }

  /// The policy in force, the same object while the machine's addresses stay the same.
  PeerPolicy policy() {
    List<Address> now = addresses.all();
    if (!now.equals(known.addresses)) {
      known = judge(now);
    }
    return known.policy;
  }

  private Known judge(List<Address> all) {
    List<Address> own = Stream.concat(all.stream(), outer.stream()).distinct().toList();
    PeerPolicy strict = new PeerPolicy(allow, deny, own, addresses.relays(), closed);
    return new Known(all, strict.withMedia(media));
  }

  /// Whether data to this address would reach this machine itself, without a rule that allows it.
  boolean isOwn(Address peer) {
    Address host = peer.host();
    return (addresses.all().contains(host) || outer.contains(host))
        && allow.stream().noneMatch(range -> range.contains(host));
  }

  /// Where a relay bound to `local` reaches our media door, which its client knows as `peer`; null
  /// when that is another address.
  @Nullable Address door(Address peer, Address local) {
    if (peer.port() != media) {
      return null;
    }
    return addresses.all().contains(peer.host()) ? peer : local.withPort(media);
  }

  /// The address that peers see of a relay bound to `local`.
  Address seen(Address local) {
    for (Address address : outer) {
      if (address.isV6() == local.isV6()) {
        return address.withPort(local.port());
      }
    }
    return local;
  }
}
