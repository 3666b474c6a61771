package dev.madang.server.whip;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.room.Entry;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.forward.Kind;
import dev.madang.server.http.Exchange;
import dev.madang.server.signal.SideDoor;
import dev.madang.server.webrtc.Caller;
import dev.madang.server.webrtc.DownSession;
import dev.madang.server.webrtc.Hall;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.webrtc.Playbill;
import dev.madang.server.webrtc.Source;
import dev.madang.server.webrtc.Vitals;
import dev.madang.wire.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A player that watches a room by WHEP: its connection, and its seat in the room's audience. It
/// gets one picture and one sound. Lives at home.
final class Playback implements Resource, SideDoor.Guest, Hall.Viewer {
  private final WhipDoor door;
  private final String id;
  private final String room;
  private final Caller caller;
  private final Set<Source> given = new HashSet<>();
  private @Nullable Asked asked;
  private @Nullable Future<?> patience;
  private @Nullable DownSession session;
  private @Nullable Link link;
  private long connection;

  /// A request that is not answered yet.
  private record Asked(Exchange exchange, SessionDescription offer, List<IceServer> iceServers) {}

  Playback(WhipDoor door, String id, String room, Caller caller) {
    this.door = door;
    this.id = id;
    this.room = room;
    this.caller = caller;
  }

  /// Takes a seat and answers: at once; or, when two people who sent directly to each other begin
  /// to send to the server for this player's sake, as soon as that has come.
  void begin(Exchange exchange, SessionDescription offer, SideDoor.Wish wish) {
    SideDoor.Answer answer = door.side().watch(wish, this);
    switch (answer.entry()) {
      case Entry.Refused refused -> Replies.refuse(exchange, refused.why());
      case Entry.Nobody() -> Replies.nobody(exchange);
      case Entry.In in -> {
        connection = answer.connection();
        asked = new Asked(exchange, offer, in.iceServers());
        door.hall().watch(room, this);
        show(false);
        if (asked != null) {
          patience = door.home().schedule(() -> show(true), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    }
  }

  private void show(boolean last) {
    Asked now = asked;
    Playbill bill = door.hall().playbill(room);
    if (now == null || bill.awaited() && !last) {
      return;
    }
    answered();
    door.guarded(
        now.exchange(),
        () -> {
          boolean plays = false;
          try {
            plays = play(now, bill);
          } finally {
            if (!plays) {
              leave();
            }
          }
        });
  }

  private void answered() {
    asked = null;
    if (patience != null) {
      patience.cancel(false);
      patience = null;
    }
  }

  /// Returns whether it plays.
  private boolean play(Asked now, Playbill bill) {
    if (bill.sources().isEmpty()) {
      Replies.nobody(now.exchange());
      return false;
    } else if (!names(now.offer(), bill.sources())) {
      return counter(now, bill);
    }
    Link made = new Link();
    MediaDoor.Watcher watcher =
        door.media().watch(now.offer(), bill.sources(), caller, door.home(), made);
    if (watcher == null) {
      Replies.full(now.exchange());
      return false;
    } else if (watcher.session().sources().isEmpty()) {
      watcher.session().close();
      return counter(now, bill);
    }
    use(made, watcher.session(), watcher.session().sources());
    door.created(now.exchange(), 201, this, watcher.answer(), now.iceServers());
    return true;
  }

  /// Whether an offer has a codec in which anything is sent.
  private static boolean names(SessionDescription offer, List<Source> sources) {
    return offer.media().stream()
        .flatMap(section -> section.codecs().stream())
        .anyMatch(codec ->
            sources.stream()
                .anyMatch(source -> codec.is(source.codings().getFirst().codec().encodingName())));
  }

  /// draft-ietf-wish-whep §4.2: what cannot be answered is met by an offer of ours, in a "406 Not
  /// Acceptable"; the player answers it by PATCH, or not. We wait as long as for any connection.
  private boolean counter(Asked now, Playbill bill) {
    Link made = new Link();
    DownSession down = door.media().down(caller, door.home(), made);
    String offer = down == null ? null : down.offer(bill.best());
    if (down == null || offer == null) {
      Replies.full(now.exchange());
      return false;
    }
    use(made, down, bill.best());
    door.created(now.exchange(), 406, this, offer, now.iceServers());
    return true;
  }

  private void use(Link made, DownSession down, List<Source> sources) {
    link = made;
    session = down;
    given.addAll(sources);
  }

  private void leave() {
    door.hall().unwatch(room, this);
    door.side().leave(connection, Departure.LEFT);
  }

  // ---- its URL ----------------------------------------------------------------------------------

  @Override
  public String id() {
    return id;
  }

  @Override
  public String room() {
    return room;
  }

  @Override
  public @Nullable IceCredentials remoteIce() {
    return session == null ? null : session.remoteIce();
  }

  @Override
  public String restart(IceFragment fragment) {
    return Objects.requireNonNull(session).restart(fragment);
  }

  /// The answer to our offer.
  void accept(String answer) {
    Objects.requireNonNull(session).accept(answer);
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }

  // ---- its seat ---------------------------------------------------------------------------------

  @Override
  public Address address() {
    return caller.address();
  }

  @Override
  public String host() {
    return caller.host();
  }

  @Override
  public List<IceServer> iceServers(String user) {
    return door.iceServers(user, caller);
  }

  @Override
  public void ended(Ended why) {
    Asked now = asked;
    door.hall().unwatch(room, this);
    if (now != null) {
      answered();
      Replies.end(now.exchange(), why);
    }
    door.end(this, why);
    close();
  }

  @Override
  public void live(Source source) {
    if (session != null) {
      session.live(source);
    }
  }

  @Override
  public @Nullable Vitals vitals() {
    return session == null ? null : session.vitals();
  }

  /// It goes on with what one would get who came now, where that is coded in the same way. While
  /// there is nothing, it waits: a program that is started anew takes seconds.
  @Override
  public void changed() {
    DownSession playing = session;
    if (playing == null) {
      show(false);
      return;
    }
    List<Source> there = door.hall().playbill(room).sources();
    for (Kind kind : Kind.values()) {
      follow(playing, there.stream().filter(source -> source.kind() == kind).toList(), kind);
    }
    if (given.stream().noneMatch(there::contains)) {
      patience =
          patience != null
              ? patience
              : door.home().schedule(this::close, RESTART_SECONDS, TimeUnit.SECONDS);
    } else {
      answered();
    }
  }

  private void follow(DownSession playing, List<Source> there, Kind kind) {
    List<Source> had = given.stream().filter(source -> source.kind() == kind).toList();
    List<Source> best = there.stream().limit(had.size()).toList();
    List<Source> missing = new ArrayList<>(best);
    missing.removeAll(given);
    for (Source source : had) {
      if (!best.contains(source)) {
        // What is over gives way to anything.
        List<Source> instead = new ArrayList<>(there.contains(source) ? missing : there);
        instead.removeAll(given);
        for (Source other : instead) {
          if (playing.replace(source, other)) {
            given.remove(source);
            given.add(other);
            break;
          }
        }
      }
    }
  }

  // ---- its connection ---------------------------------------------------------------------------

  /// One that was made and not used ends for itself.
  private final class Link implements DownSession.Output {
    @Override
    public void connected() {}

    @Override
    public void ended(dev.madang.server.webrtc.Ending why, String detail) {
      if (link == this) {
        door.forget(Playback.this);
        leave();
      }
    }
  }

  /// A page needs about a second to change over, on a busy machine several.
  private static final long PATIENCE_MILLIS = 10_000;

  private static final long RESTART_SECONDS = 10;
}
