package dev.madang.server.whip;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.room.Entry;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.forward.Kind;
import dev.madang.server.signal.SideDoor;
import dev.madang.server.webrtc.Caller;
import dev.madang.server.webrtc.Ending;
import dev.madang.server.webrtc.Source;
import dev.madang.server.webrtc.UpSession;
import dev.madang.wire.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A program that sends by WHIP: its connection, and its place in the room, where it is a
/// participant as long as the connection lasts. Lives at home.
final class Ingest implements Resource, UpSession.Output, SideDoor.Guest {
  private final WhipDoor door;
  private final String id;
  private final String room;
  private final Caller caller;
  private final String bearer;
  private @Nullable UpSession session;
  private UpSession.@Nullable Output member;
  private long connection;

  /// @param bearer of which token it is, or else of which network
  Ingest(WhipDoor door, String id, String room, Caller caller, String bearer) {
    this.bearer = bearer;
    this.door = door;
    this.id = id;
    this.room = room;
    this.caller = caller;
  }

  /// Whether both are of one bearer and in one room.
  boolean sharesWith(Ingest other) {
    return room.equals(other.room) && bearer.equals(other.bearer);
  }

  /// Enters the room with what this connection sends; closes the connection unless it is let in.
  Entry enter(UpSession made, SideDoor.Wish wish, @Nullable String name) {
    session = made;
    List<SentTrack> tracks = name(made);
    List<TrackInfo> published =
        tracks.stream().map(track -> new TrackInfo(track.id(), track.source(), false)).toList();
    SideDoor.Answer answer = door.side().enter(wish, name, published, this);
    if (answer.entry() instanceof Entry.In in) {
      connection = answer.connection();
      member = door.hall().sends(room, in.identity(), made, tracks);
    } else {
      made.close();
    }
    return answer.entry();
  }

  /// What the sections carry, in a room's words: the first picture is a camera, the first sound a
  /// microphone, all others are screens and their sound.
  private static List<SentTrack> name(UpSession session) {
    List<SentTrack> tracks = new ArrayList<>();
    Set<Kind> named = new HashSet<>();
    Set<String> used = new HashSet<>();
    for (Source source : session.sources()) {
      boolean first = named.add(source.kind());
      SignalMessage.Source as =
          source.kind() == Kind.VIDEO
              ? first ? SignalMessage.Source.CAMERA : SignalMessage.Source.SCREEN
              : first ? SignalMessage.Source.MICROPHONE : SignalMessage.Source.SCREEN_AUDIO;
      String stream = source.stream();
      boolean fits = !stream.isBlank() && stream.length() <= LONGEST && used.add(as + stream);
      if (tracks.size() < MOST) {
        String mid = Objects.requireNonNull(session.mid(source));
        tracks.add(new SentTrack(mid, fits ? stream : source.id(), as));
      }
    }
    return tracks;
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

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }

  // ---- its place in the room --------------------------------------------------------------------

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
    door.end(this, why);
    close();
  }

  // ---- its connection ---------------------------------------------------------------------------

  @Override
  public void connected() {}

  @Override
  public void live(Source source) {
    if (member != null) {
      member.live(source);
    }
  }

  @Override
  public void heard(Source source, boolean speaking, double activity, double volume, long now) {
    if (member != null) {
      member.heard(source, speaking, activity, volume, now);
    }
  }

  @Override
  public void wanted(Source source, int layer) {
    // WHIP has no word for a layer that nobody wants.
  }

  @Override
  public void opened(int channel, String label) {}

  @Override
  public void message(int channel, boolean text, byte[] bytes) {
    // RFC 9725 carries sound and picture alone.
  }

  @Override
  public void closed(int channel) {}

  @Override
  public void ended(Ending why, String detail) {
    door.forget(this);
    if (member != null) {
      member.ended(why, detail);
      boolean said = why == Ending.CLOSED || why == Ending.LEFT;
      door.side().leave(connection, said ? Departure.LEFT : Departure.LOST);
    }
  }

  /// As a participant's page may publish.
  private static final int MOST = 16;

  private static final int LONGEST = 128;
}
