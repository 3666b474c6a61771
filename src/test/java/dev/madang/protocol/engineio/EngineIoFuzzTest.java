package dev.madang.protocol.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Class 69: payloads and sessions of Engine.IO from seeds. One second each, with the same seeds
/// every time; `-Dmadang.fuzz.seconds=N` goes on for longer with new ones, `-Dmadang.seed=N`
/// repeats one.
class EngineIoFuzzTest {

  @Test
  void payloadsComeBackAsTheyWereWritten() {
    eachSeed(random -> {
      List<Object> packets = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        packets.add(
            switch (random.nextInt(3)) {
              case 0 -> Message.text(text(random));
              case 1 -> Message.binary(bytes(random), false);
              default -> "2";
            });
      }
      // The separator is no character of a message; JSON has none of it.
      List<Packet> four = Payload.readText(utf8(Payload.writeV4(packets)), 4, 100);
      List<Packet> three = Payload.readText(utf8(Payload.writeV3(packets)), 3, 100);
      List<Packet> binary = Payload.readBinary(Payload.writeV3Binary(packets), 100);
      for (int i = 0; i < packets.size(); i++) {
        String written = words(packets.get(i));
        assertThat(words(four.get(i))).isEqualTo(written);
        assertThat(words(three.get(i))).isEqualTo(written);
        assertThat(words(binary.get(i))).isEqualTo(written);
      }
    });
  }

  @Test
  void rubbishIsAPayloadOrABreachAndNothingElse() {
    eachSeed(random -> {
      String body = rubbish(random);
      for (int revision = 3; revision <= 4; revision++) {
        try {
          assertThat(Payload.readText(body, revision, 20)).hasSizeBetween(1, 20);
        } catch (ProtocolException breach) {
          // as it should be
        }
      }
      try {
        assertThat(Payload.readBinary(bytes(random), 20)).hasSizeBetween(1, 20);
      } catch (ProtocolException breach) {
        // as it should be
      }
    });
  }

  @Test
  void sessionsEndOnceAndLeaveNothingWhateverComesInWhateverOrder() {
    eachSeed(EngineIoFuzzTest::live);
  }

  private static void live(Random random) {
    int[] ended = {0};
    EngineServer server =
        new EngineServer(
            EngineSettings.defaults(),
            random,
            new EngineServer.Output() {
              @Override
              public void flushSoon() {}

              @Override
              public void ended(EngineSession session) {
                ended[0]++;
              }
            });
    long now = random.nextLong();
    int revision = 3 + random.nextInt(2);
    EngineSession session = server.open(revision, random.nextBoolean(), "x", now);
    Ear ear = new Ear(session);
    session.output(ear);
    List<Line> lines = new ArrayList<>(List.of(new Line(), new Line(), new Line()));
    if (random.nextBoolean()) {
      session.begin(lines.getFirst());
    } else {
      session.begin((payload, binary) -> {});
    }
    List<EngineSession.Poll> polls = new ArrayList<>();
    for (int i = random.nextInt(40); i >= 0; i--) {
      now += random.nextLong(Duration.ofSeconds(random.nextInt(20) == 0 ? 40 : 1).toNanos()) + 1;
      Line line = lines.get(random.nextInt(lines.size()));
      try {
        switch (random.nextInt(11)) {
          case 0 -> {
            EngineSession.Poll poll = (payload, binary) -> {};
            polls.add(poll);
            session.poll(poll);
          }
          case 1 -> session.beginPost();
          case 2 -> session.post(rubbish(random), now);
          case 3 -> session.post(bytes(random), now);
          case 4 -> session.probe(line, now);
          case 5 -> session.receive(line, words(random, "2probe", "5", "3", "2", "4x", "1"), now);
          case 6 -> session.receive(line, bytes(random), now);
          case 7 -> session.send(Message.text(text(random)));
          case 8 -> server.tick(now);
          case 9 -> server.flush();
          default -> {
            switch (random.nextInt(6)) {
              case 0 -> session.gone(line, CloseReason.TRANSPORT_CLOSE);
              case 1 -> session.close(CloseReason.FORCED);
              case 2 -> session.abortPost();
              case 3 -> session.refusePost();
              case 4 -> line.queued = 1L << 40;
              default -> polls.forEach(session::gone);
            }
          }
        }
      } catch (ProtocolException breach) {
        // the door answers 400
      }
    }
    for (int i = 0; i < 300; i++) {
      now += Duration.ofSeconds(1).toNanos();
      server.tick(now);
      server.flush();
    }
    assertThat(ear.closed).as("closed").isEqualTo(1);
    assertThat(ended[0]).as("ended").isEqualTo(1);
    assertThat(server.count()).as("left").isZero();
  }

  private static final class Ear implements EngineSession.Output {
    final EngineSession session;
    int closed;

    Ear(EngineSession session) {
      this.session = session;
    }

    @Override
    public void text(String packet, int from) {
      heard();
    }

    @Override
    public void binary(byte[] data) {
      heard();
    }

    private void heard() {
      if (closed > 0) {
        fail("heard after the end");
      }
      session.send(Message.text("echo"));
    }

    @Override
    public void closed(CloseReason reason) {
      closed++;
      session.close(reason);
      session.send(Message.text("too late"));
    }
  }

  private static final class Line implements EngineSession.Channel {
    long queued;

    @Override
    public void send(Message message) {}

    @Override
    public void control(String packet) {}

    @Override
    public long bytesQueued() {
      return queued;
    }

    @Override
    public void close(CloseReason reason) {}
  }

  private static String rubbish(Random random) {
    StringBuilder body = new StringBuilder();
    for (int i = random.nextInt(12); i >= 0; i--) {
      body.append(
          words(
              random,
              "4",
              "2",
              "3",
              "1",
              "6",
              "b",
              "b4",
              "AQID",
              "=",
              "\u001e",
              ":",
              "5:",
              "1:2",
              "9999999999:",
              "٣",
              "4hello",
              "\u0000",
              "😀",
              "\ud800",
              "-1:"));
    }
    return body.toString();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append(words(random, "a", "é", "€", "😀", "\n", "\"", "7", ":", "b"));
    }
    return text.toString();
  }

  private static String words(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(30)];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (random.nextBoolean()) {
        bytes[i] = (byte) (random.nextInt(12) - 1);
      }
    }
    return bytes;
  }

  private static String words(Object packet) {
    return switch (packet) {
      case Message message when message.isText() -> utf8(message.bytes());
      case Message message -> java.util.Arrays.toString(message.bytes());
      case Packet.Text(char type, String text) -> type + text;
      case Packet.Binary(byte[] data) -> java.util.Arrays.toString(data);
      default -> packet.toString();
    };
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void eachSeed(Consumer<Random> test) {
    Long one = Long.getLong("madang.seed");
    long seconds = Long.getLong("madang.fuzz.seconds", 0);
    long seed = one != null ? one : seconds > 0 ? System.nanoTime() : 1;
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    for (int i = 0; i < 2000 || System.nanoTime() - end < 0; i++, seed++) {
      try {
        test.accept(new Random(seed));
      } catch (Throwable failure) {
        throw new AssertionError(
            "with -Dmadang.seed=" + seed + ": " + failure.getMessage(), failure);
      }
      if (one != null) {
        return;
      }
    }
  }
}
