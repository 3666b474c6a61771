package dev.madang.room;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Invite;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Keeping;
import dev.madang.room.SignalMessage.Knock;
import dev.madang.room.SignalMessage.KnockEnded;
import dev.madang.room.SignalMessage.Knocked;
import dev.madang.room.SignalMessage.ParticipantChanged;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.RoomChange;
import dev.madang.room.SignalMessage.RoomChanged;
import dev.madang.room.SignalMessage.RoomInfo;
import dev.madang.room.SignalMessage.TrackInfo;
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
  private final People people;
  private final Audience audience = new Audience();
  private final Course course = new Course();
  private final Invitations invitations;
  private final Map<String, Acquaintance> known = new LinkedHashMap<>();
  private Entrance entrance;
  private Conversation conversation;
  private int arrivals;

  /** What hosts set, and is kept; null where none has. */
  private @Nullable Boolean lobby;

  private boolean chatKept;

  /** What is kept of it is in it. */
  private boolean remembered;

  /** Somebody has been in this meeting; a program is nobody. */
  private boolean used;

  /// Nobody is in it: until when it is kept. Meaningful once somebody was.
  private long keptUntil;

  /// @param opener the network from which it was opened
  Room(String name, Address opener, Limits limits, Rooms rooms) {
    this.name = name;
    this.opener = opener;
    this.rooms = rooms;
    this.limits = limits;
    people = new People(rooms);
    invitations = new Invitations(name, rooms);
    entrance = new Entrance(limits);
    conversation = new Conversation(this, rooms, people, limits.history());
  }

  // ---- what outlives it -----------------------------------------------------------------------

  /// What is kept of it, once: as it is opened, or later where the database was slow. Then somebody
  /// may be in who was removed before: they go, before anything of the chat is told.
  void remember(Kept kept, long now) {
    if (remembered) {
      return;
    }
    remembered = true;
    RoomInfo before = info();
    if (lobby == null && kept.lobby() != null) {
      lobby = kept.lobby();
      entrance.setLobby(lobby);
    }
    chatKept |= kept.chat();
    entrance.ban(kept.bans());
    people.all().stream()
        .filter(one -> entrance.bans(one) && !one.moderatesByGrant())
        .toList()
        .forEach(one -> expel(one.identity, now));
    conversation.remember(kept.messages());
    if (!info().equals(before)) {
      people.toAll(new RoomChanged(info(), RoomChange.ASKED, null));
    }
  }

  /// The database has done what a host wanted.
  void kept(Keeping wish, String by) {
    switch (wish) {
      case SignalMessage.KeepChat(boolean on) -> {
        boolean news = chatKept != on;
        chatKept = on;
        if (!on) {
          conversation.clear(by);
        }
        if (news) {
          people.toAll(new RoomChanged(info(), RoomChange.ASKED, by));
          keepOut(entrance.banned());
        }
      }
      case SignalMessage.ClearChat() -> conversation.clear(by);
      case SignalMessage.SetLobby(boolean on) -> lobby = on;
    }
  }

  boolean isChatKept() {
    return chatKept;
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
      Participant participant = enter(visitor, List.of(), now);
      rooms.answer(participant.connection, joined(participant, false));
      people.toOthers(participant, new ParticipantJoined(people.info(participant)));
      if (waiting != null) {
        people.toHosts(new KnockEnded(visitor.identity()));
      }
    }
  }

  private @Nullable Refusal refusal(Visitor visitor) {
    Participant present = people.get(visitor.identity());
    if (present != null && (present.program || visitor.program())) {
      return Refusal.NOT_ALLOWED;
    } else if (visitor.grant() != null && visitor.grant().expired()) {
      return Refusal.EXPIRED_TOKEN;
    } else if (entrance.banned(visitor)) {
      return Refusal.REMOVED;
    } else if (people.size() >= limits.people()) {
      return Refusal.ROOM_FULL;
    }
    return null;
  }

  /// An expired grant proves only that this participant is back, not that somebody else may be it.
  /// A person never comes back as a program: it would be past the door without having been at it.
  private static boolean maySpeakFor(Visitor visitor, Participant present) {
    Grant grant = visitor.grant();
    return present.program == visitor.program()
        && (grant == null
            || !grant.expired()
            || present.grant != null && present.grant.id().equals(grant.id()));
  }

  private boolean hasToKnock(Visitor visitor) {
    boolean opensIt = unused() && visitor.grant() == null && !visitor.program();
    Acquaintance before = known.get(visitor.identity());
    boolean wasIn = before != null && before.admitted();
    return !opensIt && entrance.stops(visitor, wasIn, people.deserted());
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
    rooms.answer(visitor.connection(), new Waiting(visitor.identity(), entrance.locked()));
    if (before == null || !before.name().equals(visitor.name())) {
      people.toHosts(new Knocked(knock(visitor)));
    }
  }

  private Participant enter(Visitor visitor, List<TrackInfo> tracks, long now) {
    Acquaintance acquaintance = acquaintance(visitor.identity());
    boolean person = !visitor.program();
    boolean opensIt = person && people.deserted() && visitor.grant() == null;
    boolean host = person && (opensIt || visitor.moderates() || acquaintance.host());
    Role role = host ? Role.HOST : Role.GUEST;
    var participant = new Participant(visitor, ++arrivals, role, acquaintance, limits, now);
    participant.tracks = tracks;
    people.add(participant);
    used |= person;
    acquaintance.admit();
    if (opensIt) {
      acquaintance.makeHost();
    }
    rooms.seat(participant.connection, new Seat.Inside(this, participant));
    rooms.present(this, participant, people.info(participant));
    choosePath(participant, RoomChange.PEOPLE, now);
    return participant;
  }

  /// A program is in at once or not at all: it cannot wait for somebody to let it in.
  Entry enterProgram(Visitor program, List<TrackInfo> tracks, long now) {
    Refusal refusal = refusal(program);
    if (refusal == null && hasToKnock(program)) {
      refusal = Refusal.NO_KNOCKING;
    }
    if (refusal != null) {
      return new Entry.Refused(refusal.refused(limits.people()));
    }
    Participant participant = enter(program, tracks, now);
    rooms.published(this, participant);
    people.toOthers(participant, new ParticipantJoined(people.info(participant)));
    return new Entry.In(participant.identity, rooms.iceServers(this, participant));
  }

  /// One who only watches takes nobody's place, but a room that is closed is not watched by
  /// newcomers either.
  Entry watch(Visitor viewer, long now) {
    Refusal refusal = null;
    if (viewer.grant() != null && viewer.grant().expired()) {
      refusal = Refusal.EXPIRED_TOKEN;
    } else if (entrance.banned(viewer)) {
      refusal = Refusal.REMOVED;
    } else if (hasToKnock(viewer)) {
      refusal = Refusal.NO_KNOCKING;
    }
    if (refusal != null) {
      return new Entry.Refused(refusal.refused());
    }
    audience.add(viewer);
    rooms.seat(viewer.connection(), new Seat.Watching(this, viewer));
    audienceChanged(now);
    return new Entry.In(viewer.identity(), rooms.iceServers(this, viewer));
  }

  void unwatch(Visitor viewer, long now) {
    audience.remove(viewer);
    audienceChanged(now);
  }

  /// Many may come and go at once: the people hear a number a second at most.
  private void audienceChanged(long now) {
    choosePath(null, RoomChange.PEOPLE, now);
    rooms.wakeAt(now + NUMBERS_EVERY);
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
    participant.network = visitor.network();
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
    course.left(participant.identity);
    choosePath(null, RoomChange.PEOPLE, now);
    if (people.deserted()) {
      keptUntil = participant.program ? keptUntil : now + limits.empty().toNanos();
      rooms.wakeAt(unused() ? now : keptUntil);
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
    if (people.deserted() && !unused()) {
      if (keptUntil - now > 0) {
        rooms.wakeAt(keptUntil);
      } else if (!people.isEmpty()) {
        beginAnew();
      }
    }
    choosePath(null, RoomChange.PEOPLE, now);
    if (audience.news()) {
      people.toAll(new RoomChanged(info(), RoomChange.VIEWERS, null));
    }
  }

  /// The meeting is over though a program goes on sending: who comes next begins another.
  private void beginAnew() {
    entrance.knocking().forEach(visitor -> rooms.dismiss(visitor.connection(), Ending.EMPTY));
    entrance =
        new Entrance(
            limits,
            lobby == null ? limits.lobby() : lobby,
            chatKept ? entrance.banned() : List.of());
    List<ChatMessage> before = chatKept ? conversation.kept() : List.of();
    conversation = new Conversation(this, rooms, people, limits.history());
    conversation.remember(before);
    known.clear();
    used = false;
  }

  // ---- where sound and pictures go --------------------------------------------------------------

  /// Through the server where a program is, or somebody only watches.
  ///
  /// @param newcomer who hears it otherwise
  private void choosePath(@Nullable Participant newcomer, RoomChange reason, long now) {
    boolean few = people.size() <= limits.direct() && !people.hasPrograms() && audience.isEmpty();
    if (course.choose(few, people.isEmpty(), now)) {
      people.toOthers(newcomer, new RoomChanged(info(), reason, null));
    }
    if (course.deadline() != Course.NEVER) {
      rooms.wakeAt(course.deadline());
    }
  }

  Answer detour(Participant from, String identity, long now) {
    Participant other = people.get(identity);
    if (other == null || other == from) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    } else if (!rooms.forwards()) {
      return Refusal.NO_MEDIA.refused();
    }
    course.detour(from.identity, identity);
    choosePath(null, RoomChange.PATH, now);
    return new Done();
  }

  /// Whether nothing is lost when this room is forgotten. Where only programs were, who watches may
  /// wait for one that is started anew.
  boolean over(long now) {
    return people.isEmpty()
        && (unused() ? entrance.knocking().isEmpty() && audience.isEmpty() : keptUntil - now <= 0);
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
    audience.all().forEach(viewer -> rooms.dismiss(viewer.connection(), why));
    people.clear();
    entrance.clear();
    audience.clear();
  }

  // ---- what hosts do --------------------------------------------------------------------------

  /// It holds at once, for this meeting; for those after it when it is kept.
  ///
  /// @return whether it is not kept yet
  boolean setLobby(Participant host, boolean on, long now) {
    if (entrance.setLobby(on)) {
      changed(host, now);
    }
    return !Boolean.valueOf(on).equals(lobby);
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
    Participant participant = enter(visitor, List.of(), now);
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
          .filter(participant -> !participant.host() && !participant.program)
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

  /// The page is asked; the server does not wait for it. A program cannot be asked, but one that
  /// reads learns it.
  private void silence(Participant participant, SignalMessage.MuteAsked asked) {
    rooms.silenced(this, participant, asked.source());
    if (participant.program) {
      List<TrackInfo> muted =
          participant.tracks.stream()
              .map(track ->
                  track.source() == asked.source()
                      ? new TrackInfo(track.id(), track.source(), true)
                      : track)
              .toList();
      conversation.publish(participant, new SignalMessage.Publish(muted));
    }
    if (participant.hears()) {
      people.reach(participant, asked);
    }
  }

  /// The lobby is what keeps out one who comes again under another name: by an open door, another
  /// link, or an identity that was in before.
  Answer remove(Participant host, String identity, long now) {
    Participant participant = people.get(identity);
    if (participant == null) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    } else if (participant == host || participant.moderatesByGrant()) {
      return Refusal.NOT_ALLOWED.refused();
    }
    expel(participant, now);
    return new Done();
  }

  /// Whoever runs the server removes whom it will, hosts too.
  void expel(String identity, long now) {
    Participant participant = people.get(identity);
    if (participant != null) {
      expel(participant, now);
    }
  }

  private void expel(Participant participant, long now) {
    List<String> banned = entrance.ban(participant);
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
    audience.all().stream()
        .filter(viewer -> entrance.banned(viewer) || participant.mayBe(viewer))
        .forEach(viewer -> {
          rooms.dismiss(viewer.connection(), Ending.REMOVED);
          rooms.revoke(this, viewer);
          unwatch(viewer, now);
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
    // Where no host is left nobody could let anybody in.
    if (people.all().stream().anyMatch(Participant::host) && entrance.setLobby(true)) {
      people.toAll(new RoomChanged(info(), RoomChange.REMOVAL, null));
    }
    keepOut(banned);
  }

  /// Nor do they come for what is kept, when everybody has left.
  private void keepOut(List<String> banned) {
    if (!chatKept || banned.isEmpty()) {
      return;
    }
    rooms.banned(this, banned);
    if (entrance.lobby() && !Boolean.TRUE.equals(lobby)) {
      lobby = true;
      rooms.lobbySet(this, true);
    }
  }

  Answer makeHost(String identity) {
    Participant participant = people.get(identity);
    if (participant == null) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    } else if (participant.program) {
      return Refusal.NOT_ALLOWED.refused();
    }
    if (!participant.host()) {
      promote(participant);
    }
    return new Done();
  }

  Answer invite(Participant host, Invite message, long now) {
    return invitations.invite(host, message, now);
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

  boolean isShut() {
    return !entrance.open();
  }

  boolean has(String identity) {
    return people.has(identity);
  }

  boolean keepsPlace(Grant grant) {
    return people.all().stream()
        .anyMatch(one -> one.grant != null && one.grant.id().equals(grant.id()));
  }

  int tracks() {
    return people.all().stream().mapToInt(participant -> participant.tracks.size()).sum();
  }

  Standing standing() {
    return new Standing(info(), people.all().stream().map(people::info).toList(), waiting());
  }

  /** Nobody has been in it yet. */
  private boolean unused() {
    return !used;
  }

  private Acquaintance acquaintance(String identity) {
    if (known.size() >= MOST_KNOWN && !known.containsKey(identity)) {
      known.keySet().stream()
          .filter(other -> !people.has(other))
          .findFirst()
          .ifPresent(known::remove);
    }
    return known.computeIfAbsent(identity, conversation::acquaintance);
  }

  private RoomInfo info() {
    return new RoomInfo(
        name,
        entrance.locked(),
        entrance.lobby(),
        limits.people(),
        course.topology(),
        audience.size(),
        chatKept);
  }

  private static Knock knock(Visitor visitor) {
    return new Knock(visitor.identity(), visitor.name());
  }

  /// How long a page takes to be loaded again and to be told to join, in nanoseconds.
  private static final long RELOAD = 10_000_000_000L;

  private static final long NUMBERS_EVERY = 1_000_000_000L;
  private static final int MOST_KNOWN = 1000;
}
