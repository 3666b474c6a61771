package dev.madang.server.webrtc;

import dev.madang.room.Envelope;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.server.signal.SignalDoor;
import dev.madang.wire.Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The media of the rooms in which people signal: who sends what into a room, and who receives it.
/// Lives at home, where the rooms live.
public final class Hall implements SignalDoor.Media {
  private final MediaDoor door;
  private final Executor home;
  private final Map<String, Map<String, Member>> rooms = new HashMap<>();
  private final Map<String, Microphones> microphones = new HashMap<>();
  private final Map<String, Set<Viewer>> viewers = new HashMap<>();

  /// One who watches a room without being in it (WHEP). Told on home, never within a call of its
  /// own.
  public interface Viewer {
    /// The source can be received from now on.
    void live(Source source);

    /// What there is to watch may be otherwise.
    void changed();

    /// How its connection goes; null while nothing is known of it.
    @Nullable Vitals vitals();
  }

  public Hall(MediaDoor door, Executor home) {
    this.door = door;
    this.home = home;
  }

  // ---- what rooms tell --------------------------------------------------------------------------

  @Override
  public void present(
      String room,
      ParticipantInfo participant,
      Address address,
      String host,
      Consumer<FromServer> page) {
    Map<String, Member> members = rooms.computeIfAbsent(room, _ -> new LinkedHashMap<>());
    Member known = members.get(participant.identity());
    if (known != null && !known.instance.equals(participant.instance())) {
      known.leave();
      known = null;
    }
    if (known == null) {
      known = new Member(this, room, participant.identity(), participant.instance());
      members.put(participant.identity(), known);
    }
    known.reachedBy(Caller.at(address, host), page);
    known.is(participant);
  }

  /// A program is in a room: what it sends by this connection is what it sends into the room.
  ///
  /// @param tracks what the sections of the connection carry
  /// @return to be told of that connection
  public UpSession.Output sends(
      String room, String identity, UpSession session, List<SentTrack> tracks) {
    return Objects.requireNonNull(member(room, identity)).sends(session, tracks);
  }

  /// A participant's media begin and end in this process.
  public void house(String room, String identity, Resident resident) {
    Objects.requireNonNull(member(room, identity)).lives(resident);
  }

  /// What a resident says to one or all others in its room.
  public void say(String room, String identity, boolean reliable, Envelope envelope) {
    Member member = member(room, identity);
    if (member != null) {
      member.say(reliable, envelope);
    }
  }

  @Override
  public void wish(
      String room, String identity, SignalMessage.Media wish, Consumer<Answer> answer) {
    Member member = member(room, identity);
    if (member == null) {
      answer.accept(Refusal.NOT_JOINED.refused());
    } else {
      answer.accept(member.wish(wish));
    }
  }

  @Override
  public void published(String room, String identity, List<TrackInfo> tracks) {
    Member member = member(room, identity);
    if (member != null) {
      member.published(tracks);
      viewersOf(room, Viewer::changed);
    }
  }

  @Override
  public void silenced(String room, String identity, SignalMessage.Source source) {
    Member member = member(room, identity);
    if (member != null) {
      member.silenced(source);
    }
  }

  @Override
  public void gone(String room, String identity) {
    Map<String, Member> members = rooms.get(room);
    Member member = members == null ? null : members.remove(identity);
    if (member != null) {
      member.leave();
      viewersOf(room, Viewer::changed);
    }
    if (members != null && members.isEmpty()) {
      rooms.remove(room);
      microphones.remove(room);
    }
  }

  // ---- how it goes ------------------------------------------------------------------------------

  /// How the media of one who is in a room goes; null where nobody is by this identity.
  public @Nullable Condition condition(String room, String identity) {
    Member member = member(room, identity);
    return member == null ? null : member.condition();
  }

  /// The same of those who watch a room.
  public List<Vitals> audience(String room) {
    return viewers.getOrDefault(room, Set.of()).stream()
        .map(Viewer::vitals)
        .filter(Objects::nonNull)
        .toList();
  }

  // ---- who only watches -------------------------------------------------------------------------

  /// What there is to watch in a room.
  public Playbill playbill(String room) {
    return Playbill.of(rooms.getOrDefault(room, Map.of()).values());
  }

  public void watch(String room, Viewer viewer) {
    viewers.computeIfAbsent(room, _ -> new LinkedHashSet<>()).add(viewer);
  }

  public void unwatch(String room, Viewer viewer) {
    viewers.computeIfPresent(room, (_, all) -> all.remove(viewer) && all.isEmpty() ? null : all);
  }

  private void viewersOf(String room, Consumer<Viewer> news) {
    Set<Viewer> all = viewers.get(room);
    if (all != null) {
      home.execute(() -> List.copyOf(all).forEach(news));
    }
  }

  // ---- between members --------------------------------------------------------------------------

  /// What of the others in the room this one may receive.
  List<Contribution> othersThan(Member member) {
    List<Contribution> all = new ArrayList<>();
    for (Member other : rooms.getOrDefault(member.room, Map.of()).values()) {
      if (other != member) {
        all.addAll(other.contributions());
      }
    }
    return all;
  }

  /// What this one sends has changed: the others' offers follow.
  void changed(Member member) {
    for (Member other : rooms.getOrDefault(member.room, Map.of()).values()) {
      if (other != member) {
        other.offer();
      }
    }
    viewersOf(member.room, Viewer::changed);
  }

  void live(Member member, Source source) {
    for (Member other : rooms.getOrDefault(member.room, Map.of()).values()) {
      if (other != member) {
        other.live(source);
      }
    }
    viewersOf(member.room, viewer -> viewer.live(source));
  }

  /// What one says to one or all others in its room.
  void letter(Member from, boolean reliable, Envelope envelope) {
    byte[] addressed = envelope.from(from.identity);
    long now = System.nanoTime();
    for (Member other : rooms.getOrDefault(from.room, Map.of()).values()) {
      if (other != from && other.hears() && envelope.isFor(other.identity)) {
        other.letter(reliable, from.identity, envelope, addressed, now);
      }
    }
  }

  /// Those of the room of a member. What comes late of a room that everybody left is for nobody.
  Microphones microphones(String room) {
    return rooms.containsKey(room)
        ? microphones.computeIfAbsent(room, _ -> new Microphones(door.voices()))
        : new Microphones(door.voices());
  }

  /// Everybody in a room.
  Collection<Member> members(String room) {
    return rooms.getOrDefault(room, Map.of()).values();
  }

  MediaDoor door() {
    return door;
  }

  Executor home() {
    return home;
  }

  private @Nullable Member member(String room, String identity) {
    return rooms.getOrDefault(room, Map.of()).get(identity);
  }
}
