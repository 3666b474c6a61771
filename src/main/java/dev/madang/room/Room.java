package dev.madang.room;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Invite;
import dev.madang.room.SignalMessage.Invited;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Knock;
import dev.madang.room.SignalMessage.KnockEnded;
import dev.madang.room.SignalMessage.Knocked;
import dev.madang.room.SignalMessage.ParticipantChanged;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.RoomChange;
import dev.madang.room.SignalMessage.RoomChanged;
import dev.madang.room.SignalMessage.RoomInfo;
import dev.madang.room.SignalMessage.Topology;
import dev.madang.room.SignalMessage.Waiting;
import dev.madang.wire.Address;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One room: who is in it, who waits at its door, what they publish and say. Pure; lives where its
/// [Rooms] lives.
///
/// A person at the door, and after:
///
/// ```
///                join                      admit
///   (outside) ─────────► knocking ─────────────────────► online ◄──────► reconnecting
///        │                  │ decline, connection lost      │  lost, join       │ grace is over
///        │                  ▼                               ▼ leave, remove     ▼
///        └─ refused      (outside)                       (outside)           (outside)
/// ```
final class Room {
  private final String name;
  private final Address opener;
  private final Rooms rooms;
  private final Limits limits;
  private final Entrance entrance;
  private final Conversation conversation;
  private final People people;
  private final Map<String, Acquaintance> known = new LinkedHashMap<>();
  private int arrivals;
  private Topology topology = Topology.MESH;

  /// Few enough are here to send directly again: from when on they do.
  private long directAt = NEVER;

  /// Two between whom there is no direct path, as long as both are here.
  private final Map<String, String> detours = new LinkedHashMap<>();

  /// Nobody is in it: until when it is kept. Meaningful once somebody was.
  private long keptUntil;

  /// @param opener the network from which it was opened
  Room(String name, Address opener, Limits limits, Rooms rooms) {
    this.name = name;
    this.opener = opener;
    this.rooms = rooms;
    this.limits = limits;
    people = new People(rooms);
    entrance = new Entrance(limits);
    conversation = new Conversation(this, rooms, people, limits.history());
  }

  // ---- coming in ------------------------------------------------------------------------------

  /** Answers [Joined], [Waiting] or why not; a refused visitor leaves no trace. */
  void join(Visitor visitor, long now) {
    Participant present = people.get(visitor.identity());
    if (present != null && maySpeakFor(visitor, present)) {
      resume(present, visitor);
      return;
    }
    Refusal refusal = refusal(visitor);
    if (refusal != null) {
      rooms.answer(visitor.connection(), refusal.refused(limits.people()));
    } else if (hasToKnock(visitor)) {
      knock(visitor, now);
    } else {
      Visitor waiting = entrance.stopKnocking(visitor.identity());
      if (waiting != null && waiting.connection() != visitor.connection()) {
        rooms.dismiss(waiting.connection(), Ending.REPLACED);
      }
      Participant participant = enter(visitor, now);
      rooms.answer(participant.connection, joined(participant, false));
      people.toOthers(participant, new ParticipantJoined(people.info(participant)));
      if (waiting != null) {
        people.toHosts(new KnockEnded(visitor.identity()));
      }
    }
  }

  private @Nullable Refusal refusal(Visitor visitor) {
    if (visitor.grant() != null && visitor.grant().expired()) {
      return Refusal.EXPIRED_TOKEN;
    } else if (entrance.banned(visitor)) {
      return Refusal.REMOVED;
    } else if (people.size() >= limits.people()) {
      return Refusal.ROOM_FULL;
    }
    return null;
  }

  /// An expired grant proves only that this participant is back, not that somebody else may be it.
  private static boolean maySpeakFor(Visitor visitor, Participant present) {
    Grant grant = visitor.grant();
    return grant == null
        || !grant.expired()
        || present.grant != null && present.grant.id().equals(grant.id());
  }

  private boolean hasToKnock(Visitor visitor) {
    boolean opensIt = unused() && visitor.grant() == null;
    Acquaintance before = known.get(visitor.identity());
    boolean wasIn = before != null && before.admitted();
    return !opensIt && entrance.stops(visitor, wasIn, people.isEmpty());
  }

  private void knock(Visitor visitor, long now) {
    Refusal refusal = entrance.refusesKnock(visitor, now);
    if (refusal != null) {
      rooms.answer(visitor.connection(), refusal.refused());
      return;
    }
    Visitor before = entrance.knock(visitor);
    if (before != null && before.connection() != visitor.connection()) {
      rooms.dismiss(before.connection(), Ending.REPLACED);
    }
    rooms.seat(visitor.connection(), new Seat.Outside(this, visitor.identity()));
    rooms.answer(visitor.connection(), new Waiting(visitor.identity()));
    if (before == null || !before.name().equals(visitor.name())) {
      people.toHosts(new Knocked(knock(visitor)));
    }
  }

  private Participant enter(Visitor visitor, long now) {
    Acquaintance acquaintance = acquaintance(visitor.identity());
    boolean opensIt = people.isEmpty() && visitor.grant() == null;
    Role role = opensIt || visitor.moderates() || acquaintance.host() ? Role.HOST : Role.GUEST;
    var participant = new Participant(visitor, ++arrivals, role, acquaintance, limits, now);
    people.add(participant);
    acquaintance.admit();
    if (opensIt) {
      acquaintance.makeHost();
    }
    rooms.seat(participant.connection, new Seat.Inside(this, participant));
    rooms.present(this, participant, people.info(participant));
    choosePath(participant, RoomChange.PEOPLE, now);
    return participant;
  }

  private void resume(Participant participant, Visitor visitor) {
    if (participant.online() && participant.connection != visitor.connection()) {
      rooms.dismiss(participant.connection, Ending.REPLACED);
    }
    boolean wasHost = participant.host();
    boolean newPage = !participant.instance.equals(visitor.instance());
    participant.connection = visitor.connection();
    participant.presence = Presence.ONLINE;
    participant.name = visitor.name();
    participant.regrant(visitor.grant());
    if (newPage) {
      participant.reload(visitor.instance());
    }
    rooms.seat(participant.connection, new Seat.Inside(this, participant));
    rooms.present(this, participant, people.info(participant));
    rooms.answer(participant.connection, joined(participant, true));
    participant.takeMissed().forEach(message -> people.to(participant, message));
    people.toOthers(participant, new ParticipantChanged(people.info(participant)));
    if (wasHost) {
      inherit();
    }
  }

  private Joined joined(Participant participant, boolean resumed) {
    return new Joined(
        people.info(participant),
        resumed,
        info(),
        people.othersThan(participant),
        conversation.knownTo(participant, resumed),
        participant.host() ? entrance.knocking().stream().map(Room::knock).toList() : List.of(),
        rooms.iceServers(this, participant));
  }

  // ---- going away -----------------------------------------------------------------------------

  void lost(Participant participant, long now) {
    keep(participant, false, now + limits.grace().toNanos());
  }

  /** Its page went: either it is loaded again at once or it was closed. */
  void unloaded(Participant participant, long now) {
    keep(participant, true, now + Math.min(RELOAD, limits.grace().toNanos()));
  }

  private void keep(Participant participant, boolean unloaded, long until) {
    participant.presence = Presence.RECONNECTING;
    participant.unloaded = unloaded;
    participant.keptUntil = until;
    rooms.wakeAt(participant.keptUntil);
    people.toOthers(participant, new ParticipantChanged(people.info(participant)));
  }

  void leave(Participant participant, Departure reason, long now) {
    people.remove(participant, reason);
    rooms.gone(this, participant);
    if (participant.host()) {
      inherit();
    }
    detours.remove(participant.identity);
    detours.values().removeIf(participant.identity::equals);
    choosePath(null, RoomChange.PEOPLE, now);
    if (people.isEmpty()) {
      keptUntil = now + limits.empty().toNanos();
      rooms.wakeAt(keptUntil);
    }
  }

  /** If there is no host any more, somebody else is. */
  private void inherit() {
    if (people.all().stream().noneMatch(Participant::host)) {
      people.heir().ifPresent(this::promote);
    }
  }

  void stopKnocking(String identity) {
    if (entrance.stopKnocking(identity) != null) {
      people.toHosts(new KnockEnded(identity));
    }
  }

  void tick(long now) {
    people.all().stream()
        .filter(participant -> !participant.online())
        .forEach(participant -> {
          if (participant.keptUntil - now <= 0) {
            leave(participant, participant.unloaded ? Departure.LEFT : Departure.LOST, now);
          } else {
            rooms.wakeAt(participant.keptUntil);
          }
        });
    if (people.isEmpty() && !unused() && keptUntil - now > 0) {
      rooms.wakeAt(keptUntil);
    }
    choosePath(null, RoomChange.PEOPLE, now);
  }

  // ---- where sound and pictures go --------------------------------------------------------------

  /// Through the server as soon as it has to be; directly again when it has not had to be for a
  /// while, so that somebody who comes back at once moves nobody.
  ///
  /// @param newcomer who hears it otherwise
  private void choosePath(@Nullable Participant newcomer, RoomChange reason, long now) {
    boolean direct = people.size() <= limits.direct() && detours.isEmpty();
    if (!direct) {
      directAt = NEVER;
      moveTo(Topology.SERVER, newcomer, reason);
    } else if (topology == Topology.SERVER && people.isEmpty()) {
      topology = Topology.MESH;
    } else if (topology == Topology.SERVER && directAt == NEVER) {
      directAt = now + DIRECT_AFTER;
      rooms.wakeAt(directAt);
    } else if (topology == Topology.SERVER && directAt - now > 0) {
      rooms.wakeAt(directAt);
    } else if (topology == Topology.SERVER) {
      directAt = NEVER;
      moveTo(Topology.MESH, newcomer, reason);
    }
  }

  private void moveTo(Topology next, @Nullable Participant newcomer, RoomChange reason) {
    if (topology != next) {
      topology = next;
      var changed = new RoomChanged(info(), reason, null);
      people.all().stream()
          .filter(participant -> participant != newcomer)
          .forEach(participant -> people.to(participant, changed));
    }
  }

  Answer detour(Participant from, String identity, long now) {
    Participant other = people.get(identity);
    if (other == null || other == from) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    } else if (!rooms.forwards()) {
      return Refusal.NO_MEDIA.refused();
    }
    detours.put(from.identity, identity);
    choosePath(null, RoomChange.PATH, now);
    return new Done();
  }

  /** Whether nothing is lost when this room is forgotten. */
  boolean over(long now) {
    return people.isEmpty() && (unused() ? entrance.knocking().isEmpty() : keptUntil - now <= 0);
  }

  /** Everybody out, inside and outside. */
  void dismissAll(Ending why) {
    people
        .all()
        .forEach(participant -> {
          if (participant.online()) {
            rooms.dismiss(participant.connection, why);
          }
          rooms.gone(this, participant);
        });
    entrance.knocking().forEach(visitor -> rooms.dismiss(visitor.connection(), why));
    people.clear();
    entrance.clear();
  }

  // ---- what hosts do --------------------------------------------------------------------------

  Answer setLobby(Participant host, boolean on, long now) {
    if (entrance.setLobby(on)) {
      changed(host, now);
    }
    return new Done();
  }

  Answer lock(Participant host, boolean on, long now) {
    if (entrance.lock(on)) {
      changed(host, now);
    }
    return new Done();
  }

  private void changed(Participant host, long now) {
    people.toAll(new RoomChanged(info(), RoomChange.ASKED, host.identity));
    if (entrance.open()) {
      admitAll(now);
    }
  }

  Answer admit(@Nullable String identity, long now) {
    if (identity == null) {
      admitAll(now);
      return new Done();
    }
    Visitor visitor = entrance.knocks(identity);
    if (visitor == null) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    } else if (people.size() >= limits.people()) {
      return Refusal.ROOM_FULL.refused(limits.people());
    }
    letIn(visitor, now);
    return new Done();
  }

  private void admitAll(long now) {
    entrance.knocking().stream()
        .limit(limits.people() - people.size())
        .forEach(visitor -> letIn(visitor, now));
  }

  private void letIn(Visitor visitor, long now) {
    entrance.stopKnocking(visitor.identity());
    Participant participant = enter(visitor, now);
    people.to(participant, joined(participant, false));
    people.toOthers(participant, new ParticipantJoined(people.info(participant)));
    people.toHosts(new KnockEnded(visitor.identity()));
  }

  Answer decline(String identity, long now) {
    Visitor visitor = entrance.stopKnocking(identity);
    if (visitor == null) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    }
    entrance.decline(visitor, now);
    rooms.dismiss(visitor.connection(), Ending.DECLINED);
    people.toHosts(new KnockEnded(identity));
    return new Done();
  }

  Answer mute(Participant host, SignalMessage.Mute message) {
    String identity = message.identity();
    var asked = new SignalMessage.MuteAsked(host.identity, message.source());
    if (identity == null) {
      people.all().stream()
          .filter(participant -> !participant.host())
          .forEach(participant -> silence(participant, asked));
      return new Done();
    }
    Participant participant = people.get(identity);
    if (participant == null) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    }
    silence(participant, asked);
    return new Done();
  }

  /// The page is asked; the server does not wait for it.
  private void silence(Participant participant, SignalMessage.MuteAsked asked) {
    rooms.silenced(this, participant, asked.source());
    people.reach(participant, asked);
  }

  /// The lobby is what keeps out one who comes again under another name: by an open door, another
  /// link, or an identity that was in before.
  Answer remove(Participant host, String identity, long now) {
    Participant participant = people.get(identity);
    if (participant == null) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    } else if (participant == host
        || participant.grant != null && participant.grant.can().moderate()) {
      return Refusal.NOT_ALLOWED.refused();
    }
    entrance.ban(participant);
    // The same browser may be here more than once.
    people.all().stream()
        .filter(one -> one == participant || entrance.bans(one) && !one.host())
        .toList()
        .forEach(one -> {
          if (one.online()) {
            rooms.dismiss(one.connection, Ending.REMOVED);
          }
          rooms.revoke(this, one);
          leave(one, Departure.REMOVED, now);
        });
    entrance.knocking().stream()
        .filter(entrance::banned)
        .forEach(visitor -> {
          rooms.dismiss(visitor.connection(), Ending.REMOVED);
          stopKnocking(visitor.identity());
        });
    known.forEach((other, acquaintance) -> {
      if (!people.has(other)) {
        acquaintance.forgetAdmission();
      }
    });
    if (entrance.setLobby(true)) {
      people.toAll(new RoomChanged(info(), RoomChange.REMOVAL, null));
    }
    return new Done();
  }

  Answer makeHost(String identity) {
    Participant participant = people.get(identity);
    if (participant == null) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    }
    if (!participant.host()) {
      promote(participant);
    }
    return new Done();
  }

  /// Nobody hands on more than a token gave: a role ends with the room, an invitation does not.
  Answer invite(Participant host, Invite message, long now) {
    Grant own = host.grant;
    String guest = message.name() == null ? null : Names.person(message.name());
    long time = rooms.wallMillis(now);
    if (own == null) {
      return Refusal.NO_TOKEN_NEEDED.refused();
    } else if (own.until() <= time) {
      return Refusal.EXPIRED_TOKEN.refused();
    } else if (message.name() != null && guest == null) {
      return Refusal.BAD_NAME.refused();
    }
    Permissions mine = own.can();
    Permissions can =
        message.can() != null
            ? message.can()
            : new Permissions(mine.publish(), mine.subscribe(), mine.send(), false);
    if (!mine.cover(can)) {
      return Refusal.NOT_ALLOWED.refused();
    }
    long seconds = message.seconds() != null ? message.seconds() : A_DAY;
    // A token tells whole seconds.
    long until = Math.min(own.until(), time + seconds * 1000) / 1000 * 1000;
    return new Invited(rooms.token(name, guest, can, until), until);
  }

  private void promote(Participant participant) {
    participant.makeHost();
    participant.acquaintance.makeHost();
    people.changed(participant);
    entrance.knocking().forEach(visitor -> people.to(participant, new Knocked(knock(visitor))));
  }

  // ---- figures and telling --------------------------------------------------------------------

  String name() {
    return name;
  }

  Address opener() {
    return opener;
  }

  Conversation conversation() {
    return conversation;
  }

  int people() {
    return people.size();
  }

  int waiting() {
    return entrance.knocking().size();
  }

  /** Nobody has been in it yet. */
  private boolean unused() {
    return arrivals == 0;
  }

  private Acquaintance acquaintance(String identity) {
    if (known.size() >= MOST_KNOWN && !known.containsKey(identity)) {
      known.keySet().stream()
          .filter(other -> !people.has(other))
          .findFirst()
          .ifPresent(known::remove);
    }
    return known.computeIfAbsent(identity, _ -> new Acquaintance());
  }

  private RoomInfo info() {
    return new RoomInfo(name, entrance.locked(), entrance.lobby(), limits.people(), topology);
  }

  private static Knock knock(Visitor visitor) {
    return new Knock(visitor.identity(), visitor.name());
  }

  private static final long NEVER = Long.MAX_VALUE;

  /// How long a page takes to be loaded again and to be told to join, in nanoseconds.
  private static final long RELOAD = 10_000_000_000L;

  private static final long DIRECT_AFTER = 5_000_000_000L;
  private static final int MOST_KNOWN = 1000;
  private static final long A_DAY = 86_400;
}
