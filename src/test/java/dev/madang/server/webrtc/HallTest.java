package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.Kind;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Down;
import dev.madang.room.SignalMessage.DownAnswer;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.Media;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Receive;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.Speakers;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Up;
import dev.madang.room.SignalMessage.UpAnswer;
import dev.madang.wire.Address;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who hears whom in a hall: one who sends and one who receives, by real connections over loopback.
class HallTest {
  private static final DownTrack SOUND =
      new DownTrack("a", Kind.AUDIO, "s", "c", 1, -1, List.of("opus"));
  private static final DownTrack SECOND =
      new DownTrack("b", Kind.AUDIO, "t", "c", 2, -1, List.of("opus"));

  private final ExecutorService home = Executors.newSingleThreadExecutor();
  private final Far sender = new Far();
  private final Far receiver = new Far();
  private final BlockingQueue<Down> offers = new LinkedBlockingQueue<>();
  private final BlockingQueue<Speakers> speakers = new LinkedBlockingQueue<>();
  private MediaRig rig;
  private Clients clients;
  private Hall hall;
  private ClientSession sending;
  private ClientSession receiving;
  private String offer;
  private int sequence;

  @BeforeEach
  void open() throws Exception {
    rig = new MediaRig();
    clients = new Clients(1, null);
    hall = new Hall(rig.media, home);
    sending = clients.open(InetAddress.getLoopbackAddress(), false, sender);
    receiving = clients.open(InetAddress.getLoopbackAddress(), false, receiver);
    offer = sending.offerToSend(List.of(SOUND), false);
  }

  @AfterEach
  void close() {
    clients.close();
    rig.close();
    home.shutdown();
  }

  @Test
  void onlyWhatIsPublishedIsHeard() throws Exception {
    meet();
    publish(new TrackInfo("s", Source.MICROPHONE, false));
    assertThat(heard()).isTrue();

    home.execute(() -> hall.silenced("room", "ann", Source.MICROPHONE));
    assertThat(heard()).isFalse();

    // By another name it is not published.
    call("0", Source.SCREEN_AUDIO);
    assertThat(heard()).isFalse();
    call("0", Source.CAMERA);
    publish(new TrackInfo("s", Source.MICROPHONE, true), new TrackInfo("s", Source.CAMERA, false));
    assertThat(heard()).isFalse();

    // By its own name everybody sees that it is on again.
    call("0", Source.MICROPHONE);
    publish(new TrackInfo("s", Source.MICROPHONE, false));
    assertThat(heard()).isTrue();
  }

  @Test
  void ofAPagesMicrophonesOneIsHeard() throws Exception {
    sending = clients.open(InetAddress.getLoopbackAddress(), false, sender);
    offer = sending.offerToSend(List.of(SOUND, SECOND), false);
    meet(new SentTrack("0", "s", Source.MICROPHONE), new SentTrack("1", "t", Source.MICROPHONE));
    TrackInfo first = new TrackInfo("s", Source.MICROPHONE, false);
    publish(first, new TrackInfo("t", Source.MICROPHONE, false));
    assertThat(heard(1)).isTrue();
    assertThat(heard(2)).isFalse();
    publish(
        new TrackInfo("s", Source.MICROPHONE, true), new TrackInfo("t", Source.MICROPHONE, false));
    assertThat(heard(1)).isFalse();
    assertThat(heard(2)).isTrue();
  }

  @Test
  void whoSpeaksIsToldToWhoeverReceives() throws Exception {
    meet();
    publish(new TrackInfo("s", Source.MICROPHONE, false));
    home.submit(() -> {}).get();
    assertThat(speakers.take()).isEqualTo(new Speakers(null, List.of(), false));
    speak(30, () -> speakers.peek() != null);
    assertThat(speakers.take()).isEqualTo(new Speakers("ann", List.of("ann"), false));
    speak(110, () -> speakers.peek() != null);
    assertThat(speakers.take()).isEqualTo(new Speakers("ann", List.of(), false));

    speak(30, () -> speakers.peek() != null);
    assertThat(speakers.take().speaking()).containsExactly("ann");
    publish(new TrackInfo("s", Source.MICROPHONE, true));
    assertThat(speakers.poll(20, TimeUnit.SECONDS))
        .isEqualTo(new Speakers("ann", List.of(), false));
  }

  @Test
  void anOfferThatIsRefusedRenamesNothing() throws Exception {
    meet();
    publish(
        new TrackInfo("s", Source.MICROPHONE, true),
        new TrackInfo("s", Source.SCREEN_AUDIO, false));
    Answer refused =
        wish(
            "ann",
            new Up(
                "up",
                new Description(DescriptionType.OFFER, "rubbish"),
                List.of(new SentTrack("0", "s", Source.SCREEN_AUDIO))));
    assertThat(refused).isInstanceOf(Refused.class);
    publish(
        new TrackInfo("s", Source.MICROPHONE, true),
        new TrackInfo("s", Source.SCREEN_AUDIO, false));
    assertThat(heard()).isFalse();
  }

  @Test
  void whoMayNotPublishMayNotOfferToSend() throws Exception {
    enter("ann", false, _ -> {});
    Answer answer =
        wish("ann", new Up("up", new Description(DescriptionType.OFFER, offer), List.of()));
    assertThat(answer)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refusal.NOT_ALLOWED));
  }

  // ---- what they do -----------------------------------------------------------------------------

  private void meet() throws Exception {
    meet(new SentTrack("0", "s", Source.MICROPHONE));
  }

  private void meet(SentTrack... sent) throws Exception {
    enter("ann", true, _ -> {});
    enter(
        "bob",
        true,
        message -> {
          if (message instanceof Down down) {
            offers.add(down);
          } else if (message instanceof Speakers each) {
            speakers.add(each);
          }
        });
    if (call(sent) instanceof UpAnswer answer) {
      sending.accept(answer.description().sdp());
    }
    wish("bob", new Receive("down", true));
    answerOffers();
    sender.connected.await();
    receiver.connected.await();
  }

  /// Offers its sound under this name.
  private Answer call(String mid, Source source) throws Exception {
    return call(new SentTrack(mid, "s", source));
  }

  private Answer call(SentTrack... sent) throws Exception {
    Answer answer =
        wish("ann", new Up("up", new Description(DescriptionType.OFFER, offer), List.of(sent)));
    if (receiver.connected.getCount() == 0) {
      answerOffers();
    }
    return answer;
  }

  private void answerOffers() throws Exception {
    for (Down down = offers.poll(20, TimeUnit.SECONDS); down != null; down = offers.poll()) {
      String answer = receiving.answer(down.description().sdp());
      wish(
          "bob",
          new DownAnswer("down", down.number(), new Description(DescriptionType.ANSWER, answer)));
    }
  }

  private void publish(TrackInfo... tracks) {
    home.execute(() -> hall.published("room", "ann", List.of(tracks)));
  }

  /// Whether any of a second's sound arrives, after what was asked for has happened.
  private boolean heard() throws Exception {
    return heard(1);
  }

  private boolean heard(int ssrc) throws Exception {
    home.submit(() -> {}).get();
    int type = sending.sections().getFirst().payloads().getFirst().codec().payloadType();
    receiver.rtp.clear();
    for (int i = 0; i < 50; i++) {
      byte[] packet = TransportTest.rtp(++sequence, 80);
      packet[1] = (byte) type;
      packet[11] = (byte) ssrc;
      sending.tell(() -> sending.sendRtp(packet, 0, 12, packet.length));
      if (receiver.rtp.poll(20, TimeUnit.MILLISECONDS) != null && i > 10) {
        return true;
      }
    }
    return false;
  }

  /// A packet each 20 ms, that loud.
  private void speak(int level, BooleanSupplier enough) throws Exception {
    int type = sending.sections().getFirst().payloads().getFirst().codec().payloadType();
    for (int i = 0; !enough.getAsBoolean(); i++) {
      assertThat(i).isLessThan(500);
      byte[] packet = new byte[100];
      RtpHeaderWriter header = new RtpHeaderWriter();
      header.begin(packet, 0, type, false, ++sequence, sequence * 960, 1);
      header.audioLevel(1, true, level);
      int length = header.end();
      sending.tell(() -> sending.sendRtp(packet, 0, length, packet.length));
      receiver.rtp.poll(20, TimeUnit.MILLISECONDS);
      receiver.paced.poll(20, TimeUnit.MILLISECONDS);
    }
  }

  private void enter(String name, boolean publish, Consumer<FromServer> page) {
    ParticipantInfo participant =
        new ParticipantInfo(
            name,
            name,
            Role.GUEST,
            0,
            "1",
            Presence.ONLINE,
            null,
            new Permissions(publish, true, true, false),
            List.of(),
            false);
    home.execute(
        () -> hall.present("room", participant, Address.v4(0x7F00_0001, 0), "127.0.0.1", page));
  }

  private Answer wish(String name, Media wish) throws Exception {
    CompletableFuture<Answer> answered = new CompletableFuture<>();
    home.execute(() -> hall.wish("room", name, wish, answered::complete));
    Answer answer = answered.get(20, TimeUnit.SECONDS);
    assertThat(answer).isInstanceOfAny(UpAnswer.class, Done.class, Refused.class);
    return answer;
  }

  /// A client; what it gets.
  private static final class Far implements ClientSession.Output {
    final CountDownLatch connected = new CountDownLatch(1);
    final BlockingQueue<Integer> rtp = new LinkedBlockingQueue<>();

    /// Never gets anything: to wait at.
    final BlockingQueue<Integer> paced = new LinkedBlockingQueue<>();

    @Override
    public void connected(long now) {
      connected.countDown();
    }

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      rtp.add(length);
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {}
  }
}
