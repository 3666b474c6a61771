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
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
import dev.madang.wire.ByteWriter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Short calls of this process with itself, through a hall and a door of its own on loopback. The
/// first call of a process costs two seconds, nearly all of them for loading classes and compiling;
/// the third, less than a tenth. Nobody should have to wait for that in front of a black picture.
public final class Rehearsal {
  private final Hall hall;
  private final ExecutorService home;
  private final Clients clients;

  private Rehearsal(Hall hall, ExecutorService home, Clients clients) {
    this.hall = hall;
    this.home = home;
    this.clients = clients;
  }

  /// Blocks for a second or two. That it fails is no reason not to serve.
  public static void run() throws InterruptedException {
    try (ExecutorService home =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("rehearsal").factory());
        UdpDoor udp = UdpDoor.open(new UdpDoor.Config("127.0.0.1", 0, 1, false));
        MediaDoor door =
            MediaDoor.open(MediaDoor.Config.defaults(), udp, new SimpleMeterRegistry());
        Clients clients = new Clients(1, null)) {
      Rehearsal rehearsal = new Rehearsal(new Hall(door, home), home, clients);
      for (int call = 0; call < CALLS; call++) {
        rehearsal.call("call " + call);
      }
    } catch (IOException | ExecutionException | TimeoutException e) {
      LOG.debug("The rehearsal of a call failed", e);
    }
  }

  private void call(String room)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<Down> offered = new CompletableFuture<>();
    Far sender = new Far();
    Far receiver = new Far();
    ClientSession sending = clients.open(LOOPBACK, false, sender);
    ClientSession receiving = clients.open(LOOPBACK, false, receiver);
    enter(room, "ann", _ -> {});
    enter(
        room,
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
    // Section 0 is of the data channels.
    String offer = sending.offerToSend(TRACKS, true);
    List<SentTrack> sent =
        List.of(new SentTrack("1", "s", Source.MICROPHONE), new SentTrack("2", "s", Source.CAMERA));
    if (wish(room, "ann", new Up("up", new Description(DescriptionType.OFFER, offer), sent))
        instanceof UpAnswer answer) {
      sending.accept(answer.description().sdp());
    }
    wish(room, "bob", new Receive("down", true));
    Down down = offered.get(PATIENCE, TimeUnit.SECONDS);
    String answer = receiving.answer(down.description().sdp());
    wish(
        room,
        "bob",
        new DownAnswer("down", down.number(), new Description(DescriptionType.ANSWER, answer)));
    if (sender.connected.await(PATIENCE, TimeUnit.SECONDS)
        && receiver.connected.await(PATIENCE, TimeUnit.SECONDS)) {
      int audio = sending.sections().get(0).payloads().getFirst().codec().payloadType();
      int video = sending.sections().get(1).payloads().getFirst().codec().payloadType();
      for (int i = 0; i < PACKETS && receiver.enough.getCount() > 0; i++) {
        byte[] sound = packet(audio, 1, i, new byte[] {(byte) 0xFC, 0, 0, 0});
        byte[] picture = packet(0x80 | video, 2, i, PICTURE);
        sending.tell(() -> sending.sendRtp(sound, 0, HEADER, sound.length));
        sending.tell(() -> sending.sendRtp(picture, 0, HEADER, picture.length));
        if (i % BURST == 0) {
          receiver.enough.await(1, TimeUnit.MILLISECONDS);
        }
      }
    }
    sending.close();
    receiving.close();
    home.execute(() -> hall.gone(room, "ann"));
    home.execute(() -> hall.gone(room, "bob"));
  }

  private void enter(String room, String name, Consumer<FromServer> page) {
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

  private Answer wish(String room, String name, Media wish)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<Answer> answered = new CompletableFuture<>();
    home.execute(() -> hall.wish(room, name, wish, answered::complete));
    return answered.get(PATIENCE, TimeUnit.SECONDS);
  }

  private static byte[] packet(int type, int ssrc, int sequence, byte[] payload) {
    ByteWriter packet = new ByteWriter();
    packet.u8(0x80).u8(type).u16(sequence).i32(sequence * 960).i32(ssrc).bytes(payload);
    return packet.toArray();
  }

  /// A client; lives on its loop, its latches are for all.
  private static final class Far implements ClientSession.Output {
    final CountDownLatch connected = new CountDownLatch(1);
    final CountDownLatch enough = new CountDownLatch(ENOUGH);

    @Override
    public void connected(long now) {
      connected.countDown();
    }

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      enough.countDown();
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {}
  }

  private static final int CALLS = 3;
  private static final int PACKETS = 5000;
  private static final int ENOUGH = 1000;
  private static final int BURST = 10;
  private static final int HEADER = 12;
  private static final int PATIENCE = 10;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final List<DownTrack> TRACKS =
      List.of(
          new DownTrack("a", Kind.AUDIO, "s", "c", 1, -1, List.of("opus")),
          new DownTrack("v", Kind.VIDEO, "s", "c", 2, 3, List.of("VP8")));

  /// A VP8 keyframe (RFC 7741 §4.2, RFC 6386 §9.1) of 16 × 16 and 100 bytes of nothing.
  private static final byte[] PICTURE = new byte[111];

  static {
    byte[] head = {0x10, 0x50, 0x01, 0x00, (byte) 0x9D, 0x01, 0x2A, 16, 0, 16, 0};
    System.arraycopy(head, 0, PICTURE, 0, head.length);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
}
