package dev.madang.server.bot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.madang.Madang;
import dev.madang.media.Codec;
import dev.madang.media.Frame;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.ParticipantLeft;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Said;
import dev.madang.room.SignalMessage.Source;
import dev.madang.server.signal.SignalClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bots of a whole server, with each other and with people. */
class BotTest {
  @TempDir private static Path data;
  private static BotRig rig;

  @BeforeAll
  static void start() {
    rig = new BotRig(data);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  private static Bot echo(Madang madang) {
    // README:
    Bot echo = madang.room("yard").join("Echo");
    echo.onTrack(track -> {
      LocalTrack back = echo.publish(track.kind(), track.codec());
      back.onKeyframeWanted(track::askForKeyframe);
      track.onRtp(back::write).onEnd(back::close);
    });
    echo.onMessage(message -> echo.send(message.from(), message.text()));
    // :README
    return echo;
  }

  @Test
  void whatOneBotWritesTheEchoBringsBackAsItWas() throws Exception {
    try (Bot echo = echo(rig.madang);
        Bot ann = rig.room("yard").join("Ann")) {
      BotRig.Heard<Frame> sounds = new BotRig.Heard<>();
      BotRig.Heard<Frame> pictures = new BotRig.Heard<>();
      BotRig.Heard<Bot.Message> messages = new BotRig.Heard<>();
      LocalTrack voice = ann.publish(Source.MICROPHONE, Codec.OPUS);
      LocalTrack camera = ann.publish(Source.CAMERA, Codec.VP8);
      ann.onMessage(messages::add);
      ann.onTrack(
          track -> track.onFrame(track.kind() == Source.CAMERA ? pictures::add : sounds::add));
      await().until(() -> voice.isWanted() && camera.isWanted());
      assertThat(ann.others()).extracting("name").containsExactly("Echo");
      SplittableRandom random = new SplittableRandom(7);
      byte[] sound = opus(random);
      // Nothing is said before anybody listens at the other end: what is first heard begins.
      Frame heard = exchange(voice, new Frame.Opus(960, sound), sounds);
      assertThat(((Frame.Opus) heard).packet()).isEqualTo(sound);
      byte[] picture = vp8(random, true, 30_000);
      Frame seen = exchange(camera, new Frame.Vp8(3000, picture), pictures);
      assertThat(((Frame.Vp8) seen).picture()).isEqualTo(picture);
      assertThat(ann.send("hello")).isTrue();
      Bot.Message back = messages.next();
      assertThat(back.from()).isEqualTo(echo.identity());
      assertThat(back.text()).isEqualTo("hello");
    }
  }

  /// Writes it until it comes back: the way there is built while the first are on it.
  private static Frame exchange(LocalTrack to, Frame frame, BotRig.Heard<Frame> back)
      throws InterruptedException {
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          to.write(frame);
          return back.count() > 0;
        });
    return back.next();
  }

  @Test
  void framesArriveWholeAndInOrder() throws Exception {
    try (Bot ann = rig.room("frames").join("Ann");
        Bot bob = rig.room("frames").join("Bob")) {
      BotRig.Heard<Frame> heard = new BotRig.Heard<>();
      LocalTrack vp8 = ann.publish(Source.CAMERA, Codec.VP8);
      LocalTrack h264 = ann.publish(Source.SCREEN, Codec.H264);
      LocalTrack opus = ann.publish(Source.MICROPHONE, Codec.OPUS);
      bob.onTrack(track -> track.onFrame(heard::add));
      await().until(() -> vp8.isWanted() && h264.isWanted() && opus.isWanted());
      SplittableRandom random = new SplittableRandom(11);
      for (int i = 0; i < 100; i++) {
        byte[] picture = vp8(random, i % 50 == 0, random.nextInt(1, 40_000));
        assertThat(vp8.write(new Frame.Vp8(i * 3000L, picture))).isTrue();
        assertThat(((Frame.Vp8) heard.next()).picture()).isEqualTo(picture);
        List<byte[]> units = h264(random, i % 50 == 0);
        assertThat(h264.write(new Frame.H264(i * 3000L, units))).isTrue();
        assertThat(((Frame.H264) heard.next()).units())
            .usingElementComparator(Arrays::compare)
            .containsExactlyElementsOf(units);
        byte[] sound = opus(random);
        assertThat(opus.write(new Frame.Opus(i * 960L, sound))).isTrue();
        assertThat(((Frame.Opus) heard.next()).packet()).isEqualTo(sound);
      }
    }
  }

  @Test
  void whoComesLaterGetsTheLastPictureAndAsksForMore() throws Exception {
    try (Bot ann = rig.room("later").join("Ann")) {
      LocalTrack camera = ann.publish(Source.CAMERA, Codec.VP8);
      CountDownLatch wanted = new CountDownLatch(1);
      camera.onKeyframeWanted(wanted::countDown);
      assertThat(camera.isWanted()).isFalse();
      try (Bot bob = rig.room("later").join("Bob")) {
        BotRig.Heard<RemoteTrack> tracks = new BotRig.Heard<>();
        BotRig.Heard<Frame> frames = new BotRig.Heard<>();
        bob.onTrack(tracks::add);
        RemoteTrack track = tracks.next();
        assertThat(track.from()).isEqualTo(ann.identity());
        assertThat(track.id()).isEqualTo(camera.id());
        assertThat(camera.isWanted()).isFalse();
        track.onFrame(frames::add);
        wanted.await();
        byte[] picture = vp8(new SplittableRandom(3), true, 500);
        camera.write(new Frame.Vp8(0, picture));
        assertThat(((Frame.Vp8) frames.next()).picture()).isEqualTo(picture);
        track.close();
        CountDownLatch over = new CountDownLatch(1);
        track.onEnd(over::countDown);
        camera.close();
        over.await();
      }
    }
  }

  @Test
  void whoIsSlowMissesPicturesUpToAKeyframeAndHoldsUpNobody() throws Exception {
    try (Bot ann = rig.room("slow").join("Ann");
        Bot slow = rig.room("slow").join("Slow");
        Bot quick = rig.room("slow").join("Quick")) {
      BotRig.Heard<Frame> late = new BotRig.Heard<>();
      BotRig.Heard<Frame> soon = new BotRig.Heard<>();
      BotRig.Heard<RemoteTrack> tracks = new BotRig.Heard<>();
      CountDownLatch awake = new CountDownLatch(1);
      CountDownLatch asked = new CountDownLatch(2);
      LocalTrack camera = ann.publish(Source.CAMERA, Codec.VP8).onKeyframeWanted(asked::countDown);
      slow.onTrack(track -> {
        tracks.add(track);
        track.onFrame(frame -> {
          awaken(awake);
          late.add(frame);
        });
      });
      quick.onTrack(track -> track.onFrame(soon::add));
      SplittableRandom random = new SplittableRandom(5);
      RemoteTrack track = tracks.next();
      await().until(camera::isWanted);
      for (int i = 0; i < 100; i++) {
        camera.write(new Frame.Vp8(i * 3000L, vp8(random, i == 0, 100_000)));
        soon.next();
      }
      asked.await();
      assertThat(track.leftOut()).isPositive();
      awake.countDown();
      camera.write(new Frame.Vp8(300_000, vp8(random, false, 100)));
      camera.write(new Frame.Vp8(303_000, vp8(random, true, 100)));
      camera.write(new Frame.Vp8(306_000, vp8(random, false, 100)));
      // Of ten megabytes four were kept, without a gap; then nothing before the keyframe.
      int kept = 0;
      for (long at = time(late); at != 303_000; at = time(late)) {
        assertThat(at).isEqualTo(kept++ * 3000L);
      }
      assertThat(kept).isBetween(40, 43);
      assertThat(time(late)).isEqualTo(306_000);
    }
  }

  private static long time(BotRig.Heard<Frame> heard) throws InterruptedException {
    return heard.next().timestamp() & 0xFFFF_FFFFL;
  }

  private static void awaken(CountDownLatch awake) {
    try {
      awake.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsWrittenFasterThanItCanLeaveIsNotTaken() {
    try (Bot ann = rig.room("flood").join("Ann")) {
      LocalTrack camera = ann.publish(Source.CAMERA, Codec.VP8);
      byte[] large = vp8(new SplittableRandom(1), true, 3 << 20);
      byte[] delta = vp8(new SplittableRandom(1), false, 10);
      // One loop is kept busy, so that nothing leaves.
      CountDownLatch free = new CountDownLatch(1);
      blockMedia(ann, free);
      assertThat(camera.write(new Frame.Vp8(0, large))).isTrue();
      assertThat(camera.write(new Frame.Vp8(1, large))).isFalse();
      assertThat(camera.write(new Frame.Vp8(2, delta))).as("behind one left out").isFalse();
      free.countDown();
      await().until(() -> camera.write(new Frame.Vp8(3, large)));
      await().until(() -> camera.write(new Frame.Vp8(4, delta)));
      for (int i = 0; i < 1000; i++) {
        assertThat(camera.write(new byte[2000])).as("longer than a packet").isFalse();
      }
      boolean all = true;
      for (int i = 0; i < 10_000 && all; i++) {
        all = ann.send("x".repeat(1000));
      }
      assertThat(all).as("a thousand messages a second").isFalse();
      assertThatThrownBy(() -> ann.send(new byte[70_000]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void blockMedia(Bot bot, CountDownLatch until) {
    bot.media().tell(() -> awaken(until));
  }

  @Test
  void rubbishThatIsWrittenAsRtpHurtsNobody() throws Exception {
    try (Bot ann = rig.room("rubbish").join("Ann");
        Bot bob = rig.room("rubbish").join("Bob")) {
      BotRig.Heard<byte[]> heard = new BotRig.Heard<>();
      LocalTrack camera = ann.publish(Source.CAMERA, Codec.VP9);
      bob.onTrack(track -> track.onRtp(heard::add));
      await().until(camera::isWanted);
      SplittableRandom random = new SplittableRandom(9);
      for (int i = 0; i < 1000; i++) {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        camera.write(noise);
      }
      byte[] packet = new byte[100];
      packet[0] = (byte) 0x80;
      // RFC 9628 §4.2: a whole frame that refers to no other.
      packet[12] = 0x0C;
      await()
          .pollInterval(Duration.ofMillis(20))
          .until(() -> {
            packet[3]++;
            camera.write(packet.clone());
            return heard.count() > 0;
          });
    }
  }

  @Test
  void peopleSeeABotComeAndGoAndItSeesThem() throws Exception {
    BotRig.Person ann = rig.person("people", "Ann");
    try (SignalClient client = ann.client()) {
      Bot bot = rig.room("people").join("Helper");
      var joined = client.next("participantJoined").path("participant");
      assertThat(joined.path("name").asString()).isEqualTo("Helper");
      assertThat(joined.path("program").asBoolean()).isTrue();
      assertThat(joined.path("role").asString()).isEqualTo("guest");
      assertThat(bot.others()).extracting("name").containsExactly("Ann");
      BotRig.Heard<FromServer> news = new BotRig.Heard<>();
      bot.onNews(news::add);
      LocalTrack voice = bot.publish(Source.MICROPHONE, Codec.OPUS);
      var changed = client.next("participantChanged").path("participant");
      assertThat(changed.path("tracks").get(0).path("source").asString()).isEqualTo("microphone");
      voice.mute(true);
      changed = client.next("participantChanged").path("participant");
      assertThat(changed.path("tracks").get(0).path("muted").asBoolean()).isTrue();
      client.ask("say", SignalClient.fields("id", "1", "text", "hello bot", "to", bot.identity()));
      while (!(news.next() instanceof Said(var said) && said.text().equals("hello bot"))) {
        // Something else is new.
      }
      bot.say("hello Ann");
      assertThat(client.next("said").path("message").path("text").asString())
          .isEqualTo("hello Ann");
      try (SignalClient bob = rig.person("people", "Bob").client()) {
        while (!(news.next() instanceof ParticipantJoined)) {
          // Something else is new.
        }
        assertThat(bot.others()).extracting("name").containsExactly("Ann", "Bob");
        bob.ask("leave", SignalClient.fields());
        while (!(news.next() instanceof ParticipantLeft)) {
          // Something else is new.
        }
      }
      assertThat(client.next("participantLeft").path("reason").asString()).isEqualTo("left");
      bot.close();
      assertThat(client.next("participantLeft").path("identity").asString())
          .isEqualTo(bot.identity());
      assertThat(bot.isOver()).isTrue();
      bot.close();
      assertThat(bot.send("anybody?")).isFalse();
      assertThatThrownBy(() -> bot.publish(Source.MICROPHONE, Codec.OPUS))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aHostMutesABotWhichMayUndoItAndRemovesItForGood() throws Exception {
    try (SignalClient host = rig.person("hosted", "Ann").client();
        Bot bob = rig.room("hosted").join("Bob")) {
      BotRig.Heard<Frame> heard = new BotRig.Heard<>();
      BotRig.Heard<Ended> ends = new BotRig.Heard<>();
      Bot bot = rig.room("hosted").join("Loud").onEnd(ends::add);
      LocalTrack voice = bot.publish(Source.MICROPHONE, Codec.OPUS);
      bob.onTrack(track -> track.onFrame(heard::add));
      await().until(voice::isWanted);
      SplittableRandom random = new SplittableRandom(2);
      voice.write(new Frame.Opus(0, opus(random)));
      heard.next();
      host.ask("mute", SignalClient.fields("identity", bot.identity(), "source", "microphone"));
      await().until(voice::muted);
      voice.write(new Frame.Opus(960, opus(random)));
      voice.mute(false);
      await().until(() -> !bob.participant(bot.identity()).tracks().getFirst().muted());
      byte[] last = opus(random);
      await()
          .pollInterval(Duration.ofMillis(20))
          .until(() -> {
            voice.write(new Frame.Opus(1920, last));
            return heard.count() > 0;
          });
      assertThat(((Frame.Opus) heard.next()).packet()).isEqualTo(last);
      host.ask("remove", SignalClient.fields("identity", bot.identity()));
      assertThat(ends.next().code().code()).isEqualTo("removed");
      assertThat(bot.isOver()).isTrue();
      assertThatThrownBy(() -> rig.room("hosted").join("Loud"))
          .isInstanceOfSatisfying(
              BotRefused.class, why -> assertThat(why.code()).isEqualTo("removed"));
    }
  }

  @Test
  void aBotMayDoWhatItsPermissionsSay() throws Exception {
    try (SignalClient host = rig.person("grants", "Ann").client();
        Bot deaf = rig.room("grants").join("Deaf", new Permissions(true, false, true, false));
        Bot dumb = rig.room("grants").join("Dumb", new Permissions(false, true, false, false))) {
      BotRig.Heard<RemoteTrack> ofDeaf = new BotRig.Heard<>();
      BotRig.Heard<RemoteTrack> ofDumb = new BotRig.Heard<>();
      BotRig.Heard<Bot.Message> messages = new BotRig.Heard<>();
      deaf.onTrack(ofDeaf::add);
      dumb.onTrack(ofDumb::add).onMessage(messages::add);
      assertThatThrownBy(() -> dumb.publish(Source.MICROPHONE, Codec.OPUS))
          .isInstanceOfSatisfying(
              BotRefused.class, why -> assertThat(why.code()).isEqualTo("not-allowed"));
      assertThatThrownBy(() -> dumb.say("hello")).isInstanceOf(BotRefused.class);
      dumb.send("unheard");
      deaf.publish(Source.MICROPHONE, Codec.OPUS);
      assertThat(ofDumb.next().from()).isEqualTo(deaf.identity());
      deaf.send(dumb.identity(), "to you".getBytes(UTF_8));
      assertThat(messages.next().isText()).isFalse();
      assertThat(ofDeaf.count()).isZero();
      host.ask("lock", SignalClient.fields("locked", true));
      assertThatThrownBy(() -> rig.room("grants").join("Late"))
          .isInstanceOfSatisfying(
              BotRefused.class, why -> assertThat(why.code()).isEqualTo("no-knocking"));
      rig.room("grants").join("Late", new Permissions(true, true, true, true)).close();
      assertThatThrownBy(() -> rig.room("no/room").join("Lost"))
          .isInstanceOfSatisfying(
              BotRefused.class, why -> assertThat(why.code()).isEqualTo("bad-room-name"));
    }
  }

  @Test
  void aBotWhoseListenerThrowsIsClosedAndNobodyElse() throws Exception {
    try (Bot ann = rig.room("faulty").join("Ann")) {
      BotRig.Heard<FromServer> news = new BotRig.Heard<>();
      Bot faulty = rig.room("faulty").join("Faulty");
      faulty.onMessage(_ -> {
        throw new IllegalStateException("as a test wants it");
      });
      ann.onNews(news::add);
      ann.send("now");
      while (!(news.next() instanceof ParticipantLeft)) {
        // Something else is new.
      }
      assertThat(faulty.isOver()).isTrue();
      assertThat(ann.isOver()).isFalse();
    }
  }

  // ---- documents --------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.ko.md"})
  void theReadmesShowTheEcho(String document) throws IOException {
    assertThat(Files.readString(Path.of(document))).contains("```java\n" + example("") + "\n```");
  }

  @Test
  void theDocumentShowsItInAWholeProgram() throws IOException {
    assertThat(Files.readString(Path.of("docs/bots.md"))).contains(example("  "));
  }

  private static String example(String indent) throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("src/test/java/dev/madang/server/bot/BotTest.java"));
    return lines
        .subList(lines.indexOf("    // README:") + 1, lines.indexOf("    // :README"))
        .stream()
        .map(line -> indent + line.substring(4))
        .collect(Collectors.joining("\n"));
  }

  // ---- what is sent -----------------------------------------------------------------------------

  /** RFC 6716 §3.1: 20 ms of CELT, one frame. */
  private static byte[] opus(SplittableRandom random) {
    byte[] packet = new byte[random.nextInt(20, 300)];
    random.nextBytes(packet);
    packet[0] = (byte) 0xFC;
    return packet;
  }

  /** RFC 6386 §9.1: the lowest bit is 0 for a keyframe. */
  private static byte[] vp8(SplittableRandom random, boolean key, int length) {
    byte[] picture = new byte[length];
    random.nextBytes(picture);
    picture[0] = (byte) (key ? 0x10 : 0x11);
    return picture;
  }

  private static List<byte[]> h264(SplittableRandom random, boolean key) {
    byte[] slice = new byte[random.nextInt(10, 20_000)];
    random.nextBytes(slice);
    slice[0] = (byte) (key ? 0x65 : 0x61);
    return key
        ? List.of(new byte[] {0x67, 0x42, 0, 0x1F}, new byte[] {0x68, 1, 2}, slice)
        : List.of(slice);
  }
}
