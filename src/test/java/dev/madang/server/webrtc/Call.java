package dev.madang.server.webrtc;

import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.Kind;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Down;
import dev.madang.room.SignalMessage.DownAnswer;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.Media;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Receive;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Up;
import dev.madang.room.SignalMessage.UpAnswer;
import dev.madang.wire.Address;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Two clients of our own in one room of a hall: ann sends sound and a picture, bob receives them.
final class Call {
  /// What bob gets, on his loop; the bytes are good during the call.
  interface Receiver {
    void rtp(byte[] bytes, int offset, int length, long now);
  }

  private final Hall hall;
  private final Executor home;
  private final String room;
  private final Far sender;
  private final Far receiver;
  final ClientSession sending;
  private final ClientSession receiving;

  Call(Hall hall, Executor home, Clients clients, String room, Receiver heard) throws Exception {
    this.hall = hall;
    this.home = home;
    this.room = room;
    sender = new Far((_, _, _, _) -> {});
    receiver = new Far(heard);
    sending = clients.open(LOOPBACK, false, sender);
    receiving = clients.open(LOOPBACK, false, receiver);
  }

  /// Returns when both are connected.
  void begin() throws Exception {
    CompletableFuture<Down> offered = new CompletableFuture<>();
    enter("ann", _ -> {});
    enter(
        "bob",
        message -> {
          if (message instanceof Down down) {
            offered.complete(down);
          }
        });
    List<TrackInfo> published =
        List.of(
            new TrackInfo("s", Source.MICROPHONE, false), new TrackInfo("s", Source.CAMERA, false));
    home.execute(() -> hall.published(room, "ann", published));
    String offer = sending.offerToSend(TRACKS, false);
    List<SentTrack> sent =
        List.of(new SentTrack("0", "s", Source.MICROPHONE), new SentTrack("1", "s", Source.CAMERA));
    UpAnswer up =
        (UpAnswer) wish("ann", new Up("up", new Description(DescriptionType.OFFER, offer), sent));
    sending.accept(up.description().sdp());
    wish("bob", new Receive("down", true));
    Down down = offered.get(PATIENCE, TimeUnit.SECONDS);
    String answer = receiving.answer(down.description().sdp());
    wish(
        "bob",
        new DownAnswer("down", down.number(), new Description(DescriptionType.ANSWER, answer)));
    if (!sender.connected.await(PATIENCE, TimeUnit.SECONDS)
        || !receiver.connected.await(PATIENCE, TimeUnit.SECONDS)) {
      throw new AssertionError(room + ": " + sender + ", " + receiver);
    }
  }

  /// The payload type of what ann sends: 0 sound, 1 picture.
  int type(int track) {
    return sending.sections().get(track).payloads().getFirst().codec().payloadType();
  }

  /// Both say goodbye, by their connections first.
  void end() {
    sending.close();
    receiving.close();
    leave();
  }

  /// The room says that both have left.
  void leave() {
    home.execute(() -> hall.gone(room, "ann"));
    home.execute(() -> hall.gone(room, "bob"));
  }

  /// Their ends of the connections, without a word of the room.
  void close() {
    sending.close();
    receiving.close();
  }

  private void enter(String name, Consumer<FromServer> page) {
    ParticipantInfo participant =
        new ParticipantInfo(
            name,
            name,
            Role.GUEST,
            0,
            "1",
            Presence.ONLINE,
            null,
            new Permissions(true, true, true, false),
            List.of(),
            false);
    home.execute(
        () -> hall.present(room, participant, Address.v4(0x7F00_0001, 0), "127.0.0.1", page));
  }

  private Answer wish(String name, Media wish) throws Exception {
    CompletableFuture<Answer> answered = new CompletableFuture<>();
    home.execute(() -> hall.wish(room, name, wish, answered::complete));
    return answered.get(PATIENCE, TimeUnit.SECONDS);
  }

  private static final class Far implements ClientSession.Output {
    final CountDownLatch connected = new CountDownLatch(1);
    private final Receiver heard;
    private volatile String end = "not over";

    Far(Receiver heard) {
      this.heard = heard;
    }

    @Override
    public void connected(long now) {
      connected.countDown();
    }

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      heard.rtp(bytes, offset, length, now);
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {
      end = why + " " + detail;
    }

    @Override
    public String toString() {
      return connected.getCount() == 0 ? "connected, " + end : "never connected, " + end;
    }
  }

  private static final int PATIENCE = 30;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final List<DownTrack> TRACKS =
      List.of(
          new DownTrack("a", Kind.AUDIO, "s", "c", 1, -1, List.of("opus")),
          new DownTrack("v", Kind.VIDEO, "s", "c", 2, 3, List.of("VP8")));
}
