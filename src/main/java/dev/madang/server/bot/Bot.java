package dev.madang.server.bot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.madang.media.Codec;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.room.Envelope;
import dev.madang.room.Limits.Rate;
import dev.madang.room.Pace;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.MuteAsked;
import dev.madang.room.SignalMessage.ParticipantChanged;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.ParticipantLeft;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.room.SignalMessage.Say;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.server.signal.SideDoor;
import dev.madang.server.webrtc.Resident;
import dev.madang.server.webrtc.Source;
import dev.madang.wire.Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A participant that is a program in this process. Everybody in the room sees it come and go; what
/// it publishes goes the way of everybody's tracks, and what others publish comes to it without a
/// network between.
///
/// Its methods may be called from any thread, but from no loop of the media. What it is told, it is
/// told on a virtual thread of its own, one thing after the other: a listener may wait and block.
/// Where it does so for long, frames and packets are left out, pictures up to the next keyframe; if
/// ten thousand other things wait, or 32 MB of messages, it is closed, and so it is when a listener
/// throws.
public final class Bot implements AutoCloseable {
  /// A message of one participant, by the data channels.
  ///
  /// @param from the sender's identity
  /// @param isText whether it was sent as text
  public record Message(String from, boolean isText, byte[] bytes) {
    public String text() {
      return new String(bytes, UTF_8);
    }
  }

  private final BotDoor door;
  private final String room;
  private final Errands errands;
  private final Pace pace = new Pace(RATE, System.nanoTime());
  private final Map<String, ParticipantInfo> people = new ConcurrentHashMap<>();
  private final Map<Source, LocalTrack> own = new ConcurrentHashMap<>();
  private final Map<Source, RemoteTrack> others = new ConcurrentHashMap<>();
  private volatile @Nullable Resident resident;
  private volatile String identity = "";
  private volatile boolean over;
  private long connection;

  // On its thread.
  private final Map<Source, RemoteTrack> told = new LinkedHashMap<>();
  private Consumer<RemoteTrack> tracks = _ -> {};
  private Consumer<Message> messages = _ -> {};
  private Consumer<FromServer> news = _ -> {};
  private Consumer<Ended> endings = _ -> {};

  Bot(BotDoor door, String room) {
    this.door = door;
    this.room = room;
    errands = new Errands(room, this::close);
  }

  // ---- coming and going, at home ----------------------------------------------------------------

  void isIn(String as, long by) {
    identity = as;
    connection = by;
    Resident here = new Resident(door.media(), door.home(), new Media());
    resident = here;
    door.side().people(room).stream()
        .filter(each -> !each.identity().equals(as))
        .forEach(each -> people.put(each.identity(), each));
    door.hall().house(room, as, here);
  }

  void isOut() {
    over = true;
    errands.end();
  }

  /// Leaves the room; what it was told before it still hears.
  @Override
  public void close() {
    door.home()
        .execute(() -> {
          if (!over) {
            over = true;
            door.side().leave(connection, Departure.LEFT);
            errands.end();
          }
        });
  }

  // ---- who is there -----------------------------------------------------------------------------

  /// Under which others know it.
  public String identity() {
    return identity;
  }

  /// The name of its room.
  public String room() {
    return room;
  }

  /// Whether it is no longer in the room.
  public boolean isOver() {
    return over;
  }

  /// Everybody else in the room, by order of arrival.
  public List<ParticipantInfo> others() {
    return people.values().stream()
        .sorted(Comparator.comparingInt(ParticipantInfo::order))
        .toList();
  }

  /// Somebody else in the room; null when nobody is by this identity.
  public @Nullable ParticipantInfo participant(String who) {
    return people.get(who);
  }

  /// Everything that the room says, as to a client that signals: who comes, goes and changes, what
  /// is said in the chat.
  public Bot onNews(Consumer<FromServer> listener) {
    errands.tell(() -> news = listener);
    return this;
  }

  /// A host removed it, or the room is over. Not called after [#close].
  public Bot onEnd(Consumer<Ended> listener) {
    errands.tell(() -> endings = listener);
    return this;
  }

  // ---- publishing -------------------------------------------------------------------------------

  /// Publishes something more: everybody reads that it is there, and whoever wants it receives what
  /// is written.
  ///
  /// @param kind what it is shown as
  /// @throws BotRefused when the bot may not
  /// @throws IllegalStateException when it publishes sixteen already, as a page may
  public LocalTrack publish(SignalMessage.Source kind, Codec codec) {
    boolean sound =
        kind == SignalMessage.Source.MICROPHONE || kind == SignalMessage.Source.SCREEN_AUDIO;
    if (!(sound ? codec.isAudio() : codec.isVideo()) || codec == Codec.RED) {
      throw new IllegalArgumentException(kind + " in " + codec);
    }
    return door.ask(() -> {
      if (own.size() >= MOST_TRACKS) {
        throw new IllegalStateException("the bot publishes " + MOST_TRACKS + " tracks already");
      }
      String id = door.word();
      List<TrackInfo> all = new ArrayList<>(published());
      all.add(new TrackInfo(id, kind, false));
      say(new Publish(all));
      Resident here = here();
      Resident.Sent sent = here.send(id, kind, codec);
      LocalTrack track = new LocalTrack(this, here, errands, sent, id, kind, codec);
      own.put(sent.source(), track);
      return track;
    });
  }

  /// A track is muted or over, or neither any more.
  void publishAgain() {
    door.home().execute(this::publishNow);
  }

  private void publishNow() {
    if (!over && door.side().say(connection, new Publish(published())) instanceof Refused) {
      // Too fast: it is the whole list each time, so later will do.
      door.home().schedule(this::publishNow, 1, TimeUnit.SECONDS);
    }
  }

  void unpublish(LocalTrack track) {
    door.home()
        .execute(() -> {
          Resident here = resident;
          if (own.remove(track.sent().source()) != null && here != null && !over) {
            here.stop(track.sent());
            publishNow();
          }
        });
  }

  private List<TrackInfo> published() {
    return own.values().stream()
        .map(track -> new TrackInfo(track.id(), track.kind(), track.muted()))
        .toList();
  }

  /// At home.
  private SignalMessage.Answer say(SignalMessage.FromClient message) {
    if (over) {
      throw new IllegalStateException("the bot is no longer in the room");
    }
    SignalMessage.Answer answer = door.side().say(connection, message);
    if (answer instanceof Refused refused) {
      throw new BotRefused(refused);
    }
    return answer;
  }

  /// Its media.
  Resident media() {
    return here();
  }

  private Resident here() {
    Resident here = resident;
    if (here == null) {
      throw new IllegalStateException("the bot is in no room");
    }
    return here;
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// Each track of the others, those that are there and those to come. Nothing of it is received
  /// before somebody listens to it.
  public Bot onTrack(Consumer<RemoteTrack> listener) {
    errands.tell(() -> {
      tracks = listener;
      List.copyOf(told.values()).forEach(listener);
    });
    return this;
  }

  // ---- messages ---------------------------------------------------------------------------------

  /// What others send by the data channels, to everybody or to this bot.
  public Bot onMessage(Consumer<Message> listener) {
    errands.tell(() -> messages = listener);
    return this;
  }

  /// Sends a text to everybody who receives messages.
  ///
  /// @return false when it is not sent: the bot may not, or sends faster than a room bears (about a
  ///   megabyte or a thousand messages a second)
  public boolean send(String text) {
    return send(new Envelope(Envelope.TEXT, "", text.getBytes(UTF_8), 0));
  }

  /// The same with bytes, at most [Envelope#MOST_CONTENT].
  public boolean send(byte[] bytes) {
    return send(new Envelope(Envelope.BYTES, "", bytes.clone(), 0));
  }

  /// The same to one.
  public boolean send(String to, String text) {
    return send(new Envelope(Envelope.TEXT, to, text.getBytes(UTF_8), 0));
  }

  public boolean send(String to, byte[] bytes) {
    return send(new Envelope(Envelope.BYTES, to, bytes.clone(), 0));
  }

  private boolean send(Envelope envelope) {
    int length = envelope.bytes().length;
    if (length > Envelope.MOST_CONTENT) {
      throw new IllegalArgumentException("a message of " + length + " bytes");
    }
    synchronized (pace) {
      if (over || !pace.allows(1 + length / UNIT, System.nanoTime())) {
        return false;
      }
    }
    door.home().execute(() -> door.hall().say(room, identity, true, envelope));
    return true;
  }

  /// Says something in the chat, where it stays for who comes later.
  ///
  /// @throws BotRefused when the bot may not, or speaks too fast
  public void say(String text) {
    door.ask(() -> say(new Say(door.word(), text, null, null)));
  }

  // ---- from the media ---------------------------------------------------------------------------

  private final class Media implements Resident.Output {
    @Override
    public void offered(List<Resident.Offered> all) {
      Resident here = here();
      List<Source> now = all.stream().map(Resident.Offered::source).toList();
      for (RemoteTrack track : List.copyOf(others.values())) {
        if (!now.contains(track.source())) {
          others.remove(track.source());
          track.close();
          errands.tell(() -> {
            told.remove(track.source());
            track.ended();
          });
        }
      }
      for (Resident.Offered each : all) {
        if (!others.containsKey(each.source())) {
          RemoteTrack track = new RemoteTrack(here, errands, each);
          others.put(each.source(), track);
          errands.tell(() -> {
            told.put(each.source(), track);
            tracks.accept(track);
          });
        }
      }
    }

    @Override
    public void letter(String from, boolean text, byte[] content) {
      Message message = new Message(from, text, content);
      errands.tell(() -> messages.accept(message), content.length);
    }

    @Override
    public void packet(Source source, RtpPacket packet) {
      RemoteTrack track = others.get(source);
      if (track != null) {
        track.packet(packet);
      }
    }

    @Override
    public void keyframeWanted(Source source) {
      LocalTrack track = own.get(source);
      if (track != null) {
        track.keyframeWanted();
      }
    }

    @Override
    public void wanted(Source source, boolean anybody) {
      LocalTrack track = own.get(source);
      if (track != null) {
        track.wanted(anybody);
      }
    }
  }

  // ---- from the room ----------------------------------------------------------------------------

  /// How the room knows it; at home.
  SideDoor.Guest guest() {
    return new Guest();
  }

  private final class Guest implements SideDoor.Guest {
    @Override
    public void ended(Ended why) {
      over = true;
      errands.tell(() -> endings.accept(why));
      errands.end();
    }

    @Override
    public void told(FromServer message) {
      switch (message) {
        case ParticipantJoined(ParticipantInfo who) -> people.put(who.identity(), who);
        case ParticipantChanged(ParticipantInfo who) -> {
          if (!who.identity().equals(identity)) {
            people.put(who.identity(), who);
          }
        }
        case ParticipantLeft(String who, Departure _) -> people.remove(who);
        case MuteAsked asked ->
            own.values().stream()
                .filter(track -> track.kind() == asked.source())
                .forEach(LocalTrack::wasMuted);
        default -> {
          // For whoever listens.
        }
      }
      errands.tell(() -> news.accept(message));
    }

    @Override
    public Address address() {
      return HERE;
    }

    @Override
    public String host() {
      return "";
    }

    @Override
    public List<IceServer> iceServers(String user) {
      return List.of();
    }
  }

  private static final int MOST_TRACKS = 16;
  private static final Address HERE = Address.v4(0x7F000001, 0);

  /// A message counts one, and one more for every so many bytes, as those of people do.
  private static final int UNIT = 1 << 10;

  private static final Rate RATE = new Rate(1024, 1024);
}
