package dev.madang.protocol.turn;

import dev.madang.wire.Address;
import dev.madang.wire.Cidr;
import java.util.List;
import java.util.Set;

/// To whom a relay may speak. Whatever is not plainly a public unicast address is denied unless it
/// is allowed by name, because a relay inside a network is a way into it.
///
/// @param allow ranges allowed although they are denied by default
/// @param deny ranges denied although they are public; deny wins over allow
/// @param own addresses of this machine, private or public
/// @param ownPorts UDP ports of this machine that no peer may have: its media, STUN and
///   administration ports, on any of `own` and on loopback
public record PeerPolicy(
    List<Cidr> allow, List<Cidr> deny, List<Address> own, Set<Integer> ownPorts) {
  public PeerPolicy {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
    own = List.copyOf(own);
    ownPorts = Set.copyOf(ownPorts);
  }

  /// Whether a permission for this IP address (whatever its port) may be given.
  public boolean permits(Address peer) {
    return false;
  }

  /// Whether data may go to this address and port: [#permits], and it is none of our own doors.
  public boolean reaches(Address peer) {
    return false;
  }
}
