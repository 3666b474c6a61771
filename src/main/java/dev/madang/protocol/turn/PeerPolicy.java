package dev.madang.protocol.turn;

import dev.madang.protocol.stun.Addressee;
import dev.madang.wire.Address;
import dev.madang.wire.Cidr;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// To whom a relay may speak. Whatever is not plainly a public unicast address is denied unless it
/// is allowed by name, because a relay inside a network is a way into it. Immutable; any thread.
///
/// An IPv6 address that carries an IPv4 one (mapped, compatible, translated, NAT64, 6to4, Teredo,
/// ISATAP) is judged by both: allowing the outer form does not open the inner address.
public final class PeerPolicy {
  private final List<Cidr> allow;
  private final List<Cidr> deny;
  private final Set<Address> own;
  private final Set<Address> relays;
  private final BitSet ownPorts;
  private final int mediaPort;

  /// @param allow ranges allowed although they are denied by default
  /// @param deny ranges denied although they are public; deny wins over allow
  /// @param own IP addresses of this machine, private and public
  /// @param relays IP addresses at which our own relays are seen: permitted even when private, as
  ///   two clients of one server must meet; the door gives what goes there to relays alone
  /// @param ownPorts UDP ports of this machine that no peer may have: its STUN, media and
  ///   administration ports, on any of `own` and on loopback
  public PeerPolicy(
      List<Cidr> allow,
      List<Cidr> deny,
      List<Address> own,
      List<Address> relays,
      Set<Integer> ownPorts) {
    this.allow = List.copyOf(allow);
    this.deny = List.copyOf(deny);
    this.own = Set.copyOf(own.stream().map(Address::host).toList());
    this.relays = Set.copyOf(relays.stream().map(Address::host).toList());
    this.ownPorts = new BitSet();
    ownPorts.forEach(this.ownPorts::set);
    mediaPort = NONE;
  }

  private PeerPolicy(PeerPolicy other, int mediaPort) {
    allow = other.allow;
    deny = other.deny;
    own = other.own;
    relays = other.relays;
    ownPorts = other.ownPorts;
    this.mediaPort = mediaPort;
  }

  /// The same, but media may go to this one of our own ports: for a network that lets nothing but
  /// TLS through, where the relay is the only way to us. The rest of what is spoken there stays
  /// closed, or relays could be had through relays.
  public PeerPolicy withMedia(int port) {
    return new PeerPolicy(this, port);
  }

  /// Whether a permission for this IP address (whatever its port) may be given.
  public boolean permits(Address peer) {
    if (holds(deny, peer)) {
      return false;
    }
    Address inner = inner(peer);
    if (inner != null && !permits(inner)) {
      return false;
    }
    return holds(allow, peer) || isPublic(peer) || relays.contains(peer.host());
  }

  /// Whether data may go to this address and port: [#permits], and it is none of our own doors, or
  /// that of media.
  public boolean reaches(Address peer) {
    return peer.port() != 0 && (peer.port() == mediaPort || !isOwnDoor(peer)) && permits(peer);
  }

  /// Whether this may go to a peer that is permitted.
  boolean passes(Address peer, byte[] bytes, int offset, int length) {
    return !isOwnDoor(peer)
        || (peer.port() == mediaPort && Addressee.of(bytes, offset, length) == Addressee.MEDIA);
  }

  /// Whether this is one of our own ports on one of our own addresses.
  boolean isOwnDoor(Address peer) {
    return ownPorts.get(peer.port()) && isOwn(peer);
  }

  private boolean isOwn(Address peer) {
    Address inner = inner(peer);
    return own.contains(peer.host()) || holds(HERE, peer) || (inner != null && isOwn(inner));
  }

  private static boolean isPublic(Address peer) {
    return peer.isV6()
        ? GLOBAL_UNICAST.contains(peer) && !holds(SPECIAL, peer)
        : !holds(SPECIAL, peer);
  }

  /** The IPv4 address that an IPv6 one stands for, if it does. */
  private static @Nullable Address inner(Address peer) {
    if (!peer.isV6()) {
      return null;
    }
    long high = peer.high();
    long low = peer.low();
    if (high == 0 && low >>> 32 == 0xFFFF) {
      return v4(low); // ::ffff:a.b.c.d, RFC 4291 §2.5.5.2
    }
    if (high == 0 && low >>> 32 == 0 && low > 1) {
      return v4(low); // ::a.b.c.d, RFC 4291 §2.5.5.1; but neither :: nor ::1
    }
    if (high == 0 && low >>> 32 == 0xFFFF_0000L) {
      return v4(low); // ::ffff:0:a.b.c.d, RFC 2765
    }
    if (high == 0x0064_FF9B_0000_0000L) {
      return v4(low); // 64:ff9b::a.b.c.d, RFC 6052
    }
    if (high >>> 16 == 0x0064_FF9B_0001L) {
      return v4(high << 16 | (low >>> 40 & 0xFFFF)); // 64:ff9b:1::/48, RFC 8215, RFC 6052 §2.2
    }
    if (high >>> 48 == 0x2002) {
      return v4(high >>> 16); // 2002:a.b.c.d::, RFC 3056
    }
    if (high >>> 32 == 0x2001_0000L) {
      return v4(~low); // 2001:0::, RFC 4380 §4: the client's address, inverted
    }
    if ((low >>> 32 & ~0x0200_0000L) == 0x5EFE) {
      return v4(low); // …:0:5efe:a.b.c.d, RFC 5214 §6.1
    }
    return null;
  }

  private static Address v4(long bits) {
    return Address.v4((int) bits, 0);
  }

  private static boolean holds(List<Cidr> ranges, Address address) {
    for (Cidr range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static List<Cidr> ranges(String... texts) {
    return Stream.of(texts).map(Cidr::parse).toList();
  }

  private static final int NONE = -1;

  /** This machine, by any name. */
  private static final List<Cidr> HERE = ranges("127.0.0.0/8", "0.0.0.0/8", "::1", "::");

  /// IANA's special-purpose registries (RFC 6890 and its successors), where they are not globally
  /// reachable unicast, and the forms that carry an IPv4 address.
  private static final List<Cidr> SPECIAL =
      ranges(
          "0.0.0.0/8", // this host
          "10.0.0.0/8", // private, RFC 1918
          "100.64.0.0/10", // carrier NAT, RFC 6598
          "127.0.0.0/8", // loopback
          "169.254.0.0/16", // link-local, and the metadata services of clouds
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocol assignments
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // 6to4 relays
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4", // reserved, and broadcast
          "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
          "2001:db8::/32", // documentation
          "2002::/16", // 6to4
          "3fff::/20"); // documentation

  /// RFC 4291 §2.4: all the IPv6 unicast that is handed out. Outside: `::`, `::1`, mapped,
  /// compatible, 64:ff9b::, 100::, 5f00::, fc00::/7, fe80::/10, fec0::/10, ff00::/8.
  private static final Cidr GLOBAL_UNICAST = Cidr.parse("2000::/3");
}
