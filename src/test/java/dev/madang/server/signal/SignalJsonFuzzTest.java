package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.madang.room.Limits;
import dev.madang.room.Rooms;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.Join;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.wire.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Signaling messages of every form and deformity, read and brought to real rooms: each is answered
/// once, nothing throws, and what comes out can be written.
class SignalJsonFuzzTest {
  @Test
  void everyMessageIsAnsweredOnceWhateverItHolds() {
    LongStream seeds =
        SECONDS == 0 ? LongStream.range(0, 60) : new SplittableRandom().longs(Long.MAX_VALUE);
    long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    seeds
        .takeWhile(_ -> SECONDS == 0 || System.nanoTime() - end < 0)
        .forEach(SignalJsonFuzzTest::run);
  }

  /// What was found or feared once, a message a line: `["event", argument]`.
  @Test
  void keptInputsAreAnsweredOnce() throws IOException {
    var hall = new Hall();
    Files.readAllLines(Path.of("src/test/resources/corpus/signal/messages.jsonl"))
        .forEach(line -> {
          List<?> message = JSON.readValue(line, List.class);
          hall.bring(0, (String) message.getFirst(), message.size() > 1 ? message.get(1) : null);
        });
  }

  private static void run(long seed) {
    try {
      var random = new SplittableRandom(seed);
      var hall = new Hall();
      for (int i = 0; i < 300; i++) {
        String event = EVENTS.get(random.nextInt(EVENTS.size()));
        Shape shape = SignalJson.FROM_CLIENT.get(event);
        Object argument =
            shape == null || random.nextInt(20) == 0
                ? rubbish(random, 0)
                : fields(shape, random, random.nextInt(3) == 0);
        hall.bring(random.nextInt(5), event, argument);
      }
    } catch (AssertionError | RuntimeException e) {
      fail("seed " + seed, e);
    }
  }

  /** Rooms with a few connections, as the door has them. */
  private static final class Hall implements Rooms.Output {
    private final Rooms rooms = new Rooms(Limits.defaults(), true, new byte[32], 0, this);
    private long now;
    private int answers;

    void bring(long connection, String event, Object argument) {
      now += 200_000_000;
      rooms.tick(now);
      answers = 0;
      try {
        FromClient message = SignalJson.read(event, argument);
        if (message instanceof Join join) {
          rooms.join(connection, join, Address.v4(1, 0), null, null, now);
        } else {
          rooms.receive(connection, message, now);
        }
      } catch (Unreadable unreadable) {
        answer(connection, unreadable.refused());
      }
      assertThat(answers).as("answers to %s %s", event, argument).isOne();
    }

    @Override
    public void answer(long connection, Answer answer) {
      answers++;
      written(SignalJson.write(answer));
    }

    @Override
    public void send(long connection, FromServer message) {
      written(SignalJson.write(message));
    }

    @Override
    public void close(long connection) {
      rooms.lost(connection, now);
    }

    @Override
    public List<IceServer> iceServers(long connection, String identity) {
      return List.of();
    }

    @Override
    public void revoke(String user) {}

    @Override
    public String token(String room, String name, Permissions can, long until) {
      return room;
    }

    @Override
    public void lobbySet(String room, boolean on) {}

    @Override
    public void said(String room, SignalMessage.ChatMessage message) {}

    @Override
    public void banned(String room, List<String> words) {}

    @Override
    public void keeping(
        long connection, String room, String by, String network, SignalMessage.Keeping wish) {
      rooms.kept(room, by, wish);
      answer(connection, new SignalMessage.Done());
    }

    @Override
    public void media(long connection, String room, String identity, SignalMessage.Media wish) {
      answer(connection, new SignalMessage.Done());
    }

    @Override
    public void present(String room, long connection, SignalMessage.ParticipantInfo participant) {}

    @Override
    public void published(String room, String identity, List<SignalMessage.TrackInfo> tracks) {}

    @Override
    public void silenced(String room, String identity, SignalMessage.Source source) {}

    @Override
    public void gone(String room, String identity) {}

    @Override
    public void broke(String room, RuntimeException why) {
      throw why;
    }

    private static void written(Map<String, Object> fields) {
      try {
        assertThat(JSON.writeValueAsString(fields)).startsWith("{");
      } catch (JacksonException e) {
        throw new UncheckedIOException(new IOException(e));
      }
    }
  }

  /** Fields as the shape wants them, or with some of them spoiled. */
  private static Map<String, Object> fields(Shape shape, SplittableRandom random, boolean spoil) {
    var fields = new HashMap<String, Object>();
    for (Shape.Part part : shape.parts()) {
      int dice = random.nextInt(10);
      if (spoil && dice < 3) {
        fields.put(part.name(), rubbish(random, 0));
      } else if (!(part.nullable() && dice < 5) && !(spoil && dice == 3)) {
        Class<?> element = part.element();
        fields.put(
            part.name(),
            element == null
                ? value(part.type(), part, random, spoil)
                : elements(element, part, random, spoil));
      }
    }
    return fields;
  }

  private static List<Object> elements(
      Class<?> type, Shape.Part part, SplittableRandom random, boolean spoil) {
    var list = new ArrayList<Object>();
    for (int i = random.nextInt(spoil ? 20 : 4); i > 0; i--) {
      list.add(value(type, part, random, spoil));
    }
    return list;
  }

  private static Object value(
      Class<?> type, Shape.Part part, SplittableRandom random, boolean spoil) {
    if (type == String.class) {
      return text(part, random, spoil);
    } else if (type == Boolean.class || type == boolean.class) {
      return random.nextBoolean();
    } else if (type.isEnum()) {
      Object[] words = type.getEnumConstants();
      return Shape.wordOf((Enum<?>) words[random.nextInt(words.length)]);
    } else if (type.isRecord()) {
      return fields(Shape.of(type), random, spoil);
    }
    return random.nextInt(3);
  }

  private static String text(Shape.Part part, SplittableRandom random, boolean spoil) {
    return switch (part.name()) {
      case "room" -> spoil ? WORDS.get(random.nextInt(WORDS.size())) : "r" + random.nextInt(2);
      case "session", "device" -> part.name() + "-0123456789-" + random.nextInt(6);
      case "instance" -> "" + random.nextInt(2);
      case "sha256" -> "0".repeat(64);
      default -> WORDS.get(random.nextInt(WORDS.size()));
    };
  }

  private static Object rubbish(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth > 5 ? 8 : 10)) {
      case 0 -> null;
      case 1 -> random.nextLong();
      case 2 -> Double.longBitsToDouble(random.nextLong());
      case 3 -> random.nextBoolean();
      case 4 -> "x".repeat(random.nextInt(1, 20_000));
      case 5 -> new byte[random.nextInt(10)];
      case 6 -> WORDS.get(random.nextInt(WORDS.size()));
      case 7 -> random.nextInt();
      case 8 -> {
        var list = new ArrayList<Object>();
        list.add(rubbish(random, depth + 1));
        list.add(rubbish(random, depth + 1));
        yield list;
      }
      default -> {
        var map = new HashMap<String, Object>();
        map.put("id", rubbish(random, depth + 1));
        map.put("__proto__", rubbish(random, depth + 1));
        yield map;
      }
    };
  }

  private static final JsonMapper JSON = new JsonMapper();
  private static final long SECONDS = Long.getLong("madang.fuzz.seconds", 0);
  private static final List<String> EVENTS = new ArrayList<>(SignalJson.FROM_CLIENT.keySet());
  private static final List<String> WORDS =
      List.of(
          "a",
          "hello",
          "",
          " ",
          "\u0000",
          "\ud800",
          "\u202egnp.exe",
          "../../etc/passwd",
          "😀",
          "회의",
          "%n%s%d",
          "__proto__",
          "null",
          "~AAAAAAAAAAAAAAAAAAAA",
          "v=0\r\nm=audio 9 x 0\r\na=sendrecv\r\n",
          "m=",
          "a=sendonly");

  static {
    EVENTS.sort(null);
    EVENTS.addAll(List.of("join", "join", "join", "joined", "", "connect", "__proto__"));
  }
}
