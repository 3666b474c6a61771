package dev.madang.room;

import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.Negotiated;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.wire.Address;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One person or program in a room, known by its identity; outlives its connections. Pure.
final class Participant {
  final String identity;
  final String device;
  final int order;

  /// Sends by WHIP, and neither hears nor says anything.
  final boolean program;

  /** What the room remembers of it when it is gone. */
  final Acquaintance acquaintance;

  @Nullable Grant grant;
  Address network;
  String name;
  Permissions can;
  Role role;
  String instance;
  long connection;
  Presence presence = Presence.ONLINE;

  /// While reconnecting: until when its place is kept.
  long keptUntil;

  /// While reconnecting: its page went, so who does not come back has left.
  boolean unloaded;

  List<TrackInfo> tracks = List.of();

  /// What it has to hear when it is back.
  private final List<FromServer> missed = new ArrayList<>();

  private int missedSize;

  final Pace chatPace;
  final Pace negotiationPace;
  final Pace otherPace;

  Participant(
      Visitor visitor, int order, Role role, Acquaintance acquaintance, Limits limits, long now) {
    identity = visitor.identity();
    device = visitor.device();
    grant = visitor.grant();
    name = visitor.name();
    instance = visitor.instance();
    connection = visitor.connection();
    network = visitor.network();
    program = visitor.program();
    this.order = order;
    this.role = role;
    this.acquaintance = acquaintance;
    can = program && !visitor.hears() ? SENDING : permissions(grant, role);
    chatPace = new Pace(limits.chat(), now);
    negotiationPace = new Pace(limits.negotiation(), now);
    otherPace = new Pace(limits.other(), now);
  }

  boolean online() {
    return presence == Presence.ONLINE;
  }

  boolean host() {
    return role == Role.HOST;
  }

  /// A program that only sends gets nothing to read.
  boolean hears() {
    return !program || can.subscribe();
  }

  /// By its own token: such a one nobody removes.
  boolean moderatesByGrant() {
    return !program && grant != null && grant.can().moderate();
  }

  /// Whether one who watches may be the same person: by the same link, or both without one, from
  /// the same network. By a link for many nobody can know better.
  boolean mayBe(Visitor viewer) {
    Grant other = viewer.grant();
    return !program
        && network.equals(viewer.network())
        && (grant == null ? other == null : other != null && grant.id().equals(other.id()));
  }

  void makeHost() {
    role = Role.HOST;
    can = permissions(grant, role);
  }

  /// The newest grant decides, also where it allows less, unless it has expired: that one only
  /// proves who is back. What the room itself made somebody stays.
  void regrant(@Nullable Grant newer) {
    if (newer != null && !newer.expired()) {
      grant = newer;
      role = newer.can().moderate() || acquaintance.host() ? Role.HOST : Role.GUEST;
      can = permissions(grant, role);
      tracks = can.publish() ? tracks : List.of();
    }
  }

  /// Keeps a message for when it is back.
  ///
  /// @return false if enough waits already
  boolean keep(FromServer message, int size) {
    if (missed.size() >= MOST_MISSED || missedSize + size > LARGEST_MISSED) {
      return false;
    }
    missedSize += size;
    missed.add(message);
    return true;
  }

  /** It is back: hands out what it missed, once. */
  List<FromServer> takeMissed() {
    List<FromServer> taken = List.copyOf(missed);
    missed.clear();
    missedSize = 0;
    return taken;
  }

  /** It is back with a new page: what was negotiated with the old one is void. */
  void reload(String newInstance) {
    instance = newInstance;
    tracks = List.of();
    missed.removeIf(Negotiated.class::isInstance);
  }

  ParticipantInfo info(@Nullable Integer hand) {
    return new ParticipantInfo(
        identity, name, role, order, instance, presence, hand, can, tracks, program);
  }

  private static Permissions permissions(@Nullable Grant grant, Role role) {
    Permissions can = grant == null ? EVERYTHING : grant.can();
    return new Permissions(can.publish(), can.subscribe(), can.send(), role == Role.HOST);
  }

  private static final Permissions EVERYTHING = new Permissions(true, true, true, true);
  private static final Permissions SENDING = new Permissions(true, false, false, false);
  private static final int MOST_MISSED = 100;
  private static final int LARGEST_MISSED = 256_000;
}
