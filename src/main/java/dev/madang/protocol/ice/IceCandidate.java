package dev.madang.protocol.ice;

import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import org.jspecify.annotations.Nullable;

/// A place where a side may be reached (RFC 8839 §5.1, RFC 6544 §4.5).
///
/// ```
/// candidate:1 1 udp 2130706431 192.0.2.1 7700 typ host
/// candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0 ufrag Ab3d
/// ```
///
/// @param foundation 1 to 32 ice-chars: candidates of one kind from one place share it
/// @param component 1 to 256; everything here is multiplexed into component 1
/// @param priority 1 to 2³¹ - 1, larger is better
/// @param host the address as it was written: a literal, or a name that is not looked up
/// @param address host and port, or null when the host is a name: such a candidate is no target,
///   its owner is met when it sends a check itself
/// @param related where the candidate was reached from, for who debugs; null when not told
/// @param ufrag the generation it belongs to, or empty when not told
public record IceCandidate(
    String foundation,
    int component,
    Transport transport,
    long priority,
    String host,
    int port,
    @Nullable Address address,
    Type type,
    @Nullable Address related,
    String ufrag) {

  public enum Type {
    HOST("host", 126),
    PEER_REFLEXIVE("prflx", 110),
    SERVER_REFLEXIVE("srflx", 100),
    RELAYED("relay", 0);

    private final String word;
    private final int preference;

    Type(String word, int preference) {
      this.word = word;
      this.preference = preference;
    }
  }

  /** UDP, or one of the three ways to make a TCP connection (RFC 6544 §4.1). */
  public enum Transport {
    UDP("", 0, 0),
    TCP_ACTIVE("active", 6, 4),
    TCP_PASSIVE("passive", 4, 2),
    TCP_SIMULTANEOUS("so", 2, 6);

    private final String word;
    private final int preference;
    private final int reflexivePreference;

    Transport(String word, int preference, int reflexivePreference) {
      this.word = word;
      this.preference = preference;
      this.reflexivePreference = reflexivePreference;
    }

    public boolean isTcp() {
      return this != UDP;
    }
  }

  public IceCandidate {
    Text.iceChars(foundation, 32, "foundation");
    within(component, 1, 256, "component");
    within(priority, 1, 0x7FFF_FFFFL, "priority");
    within(port, 0, 0xFFFF, "port");
    // RFC 6544 §4.5: an active candidate is reached by nobody; its port is written as 9, or as 0.
    if (port == 0 && transport != Transport.TCP_ACTIVE) {
      throw new ProtocolException("a candidate at port 0");
    }
    if (!ufrag.isEmpty()) {
      Text.iceChars(ufrag, 256, "user name fragment");
    }
    Text.hostName(host);
  }

  /// A candidate of ours at an address of this machine.
  ///
  /// @param preference 0 to 65535 for UDP, to 8191 for TCP: among several addresses the larger wins
  public static IceCandidate host(Address at, Transport transport, int preference) {
    return of(Type.HOST, at, transport, preference, null);
  }

  /// A candidate of ours.
  ///
  /// @param related the base of a reflexive, the mapped address of a relayed one
  public static IceCandidate of(
      Type type, Address at, Transport transport, int preference, @Nullable Address related) {
    int local =
        transport.isTcp() ? directionPreference(type, transport) << 13 | preference : preference;
    return new IceCandidate(
        foundation(type, transport, at),
        1,
        transport,
        priority(type, local, 1),
        at.ipText(),
        at.port(),
        at,
        type,
        related,
        "");
  }

  /// RFC 8445 §5.1.2.1: "priority = (2^24)*(type preference) + (2^8)*(local preference) +
  /// (2^0)*(256 - component ID)".
  public static long priority(Type type, int localPreference, int component) {
    return (long) type.preference << 24 | localPreference << 8 | 256 - component;
  }

  /// The priority that this candidate has towards a far end that knows it only from a check (RFC
  /// 8445 §7.1.1).
  long priorityAsPeerReflexive() {
    return priority(Type.PEER_REFLEXIVE, (int) (priority >>> 8) & 0xFFFF, component);
  }

  /// Reads what follows `a=`, or what a browser's `RTCIceCandidate.candidate` holds. Attributes we
  /// do not know are skipped.
  public static IceCandidate parse(String line) {
    return CandidateText.parse(line);
  }

  /** The line, without `a=` before it. */
  public String write() {
    return CandidateText.write(this);
  }

  /// RFC 8445 §5.1.1.3: candidates share a foundation when their type, the IP address of their base
  /// and their transport protocol are the same.
  private static String foundation(Type type, Transport transport, Address base) {
    int hash = (type.preference * 31 + transport.preference) * 31 + base.host().hashCode();
    return Integer.toUnsignedString(hash);
  }

  /// RFC 6544 §4.2: above the other preference, 6 for active, 4 for passive, 2 for simultaneous;
  /// for reflexive candidates 6 for simultaneous, 4 for active, 2 for passive.
  private static int directionPreference(Type type, Transport transport) {
    return type == Type.HOST || type == Type.RELAYED
        ? transport.preference
        : transport.reflexivePreference;
  }

  private static void within(long value, long min, long max, String what) {
    if (value < min || value > max) {
      throw new ProtocolException("a candidate's " + what + " of " + value);
    }
  }

  static Type type(String word) {
    for (Type type : Type.values()) {
      if (type.word.equals(word)) {
        return type;
      }
    }
    throw new ProtocolException("a candidate of type " + Text.shortened(word));
  }

  static Transport transport(String protocol, @Nullable String tcpType) {
    if (protocol.equalsIgnoreCase("udp")) {
      return Transport.UDP;
    }
    if (!protocol.equalsIgnoreCase("tcp")) {
      throw new ProtocolException("a candidate over " + Text.shortened(protocol));
    }
    for (Transport transport : Transport.values()) {
      if (transport.isTcp() && transport.word.equals(tcpType)) {
        return transport;
      }
    }
    throw new ProtocolException("a TCP candidate without a kind");
  }

  String typeWord() {
    return type.word;
  }

  String tcpWord() {
    return transport.word;
  }
}
