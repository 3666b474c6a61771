package dev.madang.server.turn;

import dev.madang.protocol.turn.PeerPolicy;
import dev.madang.wire.Address;
import dev.madang.wire.Cidr;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Whom relays may reach, and as whom they are seen. Any thread.
final class Peers {
  private final List<Cidr> allow;
  private final List<Address> outer;
  private final LocalAddresses addresses;
  private final PeerPolicy policy;

  /// @param closed UDP ports of this machine that stay closed to relays whatever is allowed
  Peers(TurnDoor.Config config, LocalAddresses addresses, Set<Integer> closed) {
    this.addresses = addresses;
    allow = config.allowPeers().stream().map(Cidr::parse).toList();
    outer = config.publicAddresses().stream().map(text -> Address.parse(text, 0)).toList();
    policy =
        new PeerPolicy(
            allow,
            config.denyPeers().stream().map(Cidr::parse).toList(),
            own(),
            addresses.relays(),
            closed);
  }

  PeerPolicy policy() {
    return policy;
  }

  /// Whether data to this address would reach this machine itself, without a rule that allows it.
  boolean isOwn(Address peer) {
    Address host = peer.host();
    return (addresses.all().contains(host) || outer.contains(host))
        && allow.stream().noneMatch(range -> range.contains(host));
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

  private List<Address> own() {
    return Stream.concat(addresses.all().stream(), outer.stream()).distinct().toList();
  }
}
