package dev.madang.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.socketio.JsonReader;
import dev.madang.protocol.socketio.Packet;
import dev.madang.protocol.socketio.PacketDecoder;
import dev.madang.protocol.socketio.PacketEncoder;
import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Classes 70 and 71: packets, live namespaces and recovery from seeds. The same seeds every time;
/// `-Dmadang.fuzz.seconds=N` goes on for longer with new ones, `-Dmadang.seed=N` repeats one.
class SocketIoFuzzTest {
  private static final PacketDecoder.Output EVERYWHERE =
      new PacketDecoder.Output() {
        @Override
        public boolean isIn(String namespace) {
          return true;
        }

        @Override
        public boolean reads(String namespace, boolean event, long id, long size) {
          return true;
        }
      };

  private static final PacketDecoder.Limits LIMITS =
      new PacketDecoder.Limits(new JsonReader(16, 10_000), 1000, 10, 1000, 64);

  @Test
  void eventsAndAcksComeBackAsTheyWereWritten() {
    PacketEncoder encoder = new PacketEncoder();
    eachSeed(random -> {
      List<Object> args = new ArrayList<>();
      int[] attachments = {0};
      for (int i = random.nextInt(4); i > 0; i--) {
        args.add(value(random, 4, attachments));
      }
      long id = random.nextLong(1_000_000);
      String namespace = random.nextBoolean() ? "/" : "/a b/é";
      Outgoing packet =
          random.nextBoolean()
              ? encoder.event(namespace, id, "name", args, false, null)
              : encoder.ack(namespace, id, args);
      PacketDecoder decoder = new PacketDecoder(LIMITS, EVERYWHERE);
      Packet read = decoder.text(new String(packet.head().bytes(), StandardCharsets.UTF_8), 1);
      for (var each : packet.attachments()) {
        assertThat(read).isNull();
        read = decoder.binary(each.bytes());
      }
      List<Object> back =
          switch (read) {
            case Packet.Event(String in, long its, String name, List<Object> list) -> {
              assertThat(in + its + name).isEqualTo(namespace + id + "name");
              yield list;
            }
            case Packet.Ack(String in, long its, List<Object> list) -> {
              assertThat(in + its).isEqualTo(namespace + id);
              yield list;
            }
            case null, default -> throw new AssertionError(read);
          };
      assertThat(back).usingRecursiveComparison().isEqualTo(args);
    });
  }

  @Test
  void rubbishIsAPacketOrABreachAndNothingElse() {
    eachSeed(random -> {
      PacketDecoder decoder = new PacketDecoder(LIMITS, EVERYWHERE);
      try {
        for (int i = 0; i < 5; i++) {
          if (random.nextInt(4) == 0) {
            decoder.binary(new byte[random.nextInt(300)]);
          } else {
            decoder.text(rubbish(random), 0);
          }
        }
      } catch (ProtocolException breach) {
        // as it should be
      }
    });
  }

  @Test
  void aPartyOfStrangersLeavesNothingBehind() {
    eachSeed(
        random -> {
          Party party = random.nextBoolean() ? new Party() : Party.recovering(2048);
          SocketServer io = party.io;
          io.of(name -> name.startsWith("/n"));
          int[] present = {0};
          io.onConnection(socket -> {
            present[0]++;
            socket.onDisconnect(_ -> present[0]--);
            socket.join("r" + random.nextInt(3));
            socket.on(
                "echo",
                (args, ack) -> {
                  ack.send(args.toArray());
                  socket.to("r" + random.nextInt(3)).emit("said", args.toArray());
                });
          });
          List<Guest> guests = new ArrayList<>();
          List<String> pids = new ArrayList<>(List.of("forged"));
          for (int i = random.nextInt(40); i >= 0; i--) {
            if (guests.isEmpty() || random.nextInt(4) == 0) {
              Guest guest = party.arrive(3 + random.nextInt(2));
              guests.add(guest);
              guest.says(
                  random.nextInt(3) > 0
                      ? "40"
                      : "40{\"pid\":\"" + pids.get(random.nextInt(pids.size())) + "\"}");
              if (!guest.heard.isEmpty() && guest.heard.getFirst().contains("\"pid\"")) {
                pids.add(guest.told("pid"));
              }
            }
            Guest guest = guests.get(random.nextInt(guests.size()));
            switch (random.nextInt(6)) {
              case 0 -> guest.vanishes();
              case 1 -> guest.says(new byte[random.nextInt(5)]);
              case 2 -> io.emit("all", random.nextInt());
              case 3 -> party.pass(Duration.ofMillis(random.nextInt(3000)));
              case 4 -> io.of("/").emitWithAck("q", Duration.ofSeconds(1), _ -> {});
              default -> guest.says("4" + rubbish(random));
            }
          }
          guests.forEach(Guest::vanishes);
          party.pass(Duration.ofMinutes(4));
          assertThat(party.failures).isEmpty();
          assertThat(present[0]).isZero();
          assertThat(io.of("/").count()).isZero();
          assertThat(io.of("/").rooms()).isEmpty();
          assertThat(io.namespaces()).hasSize(1);
        },
        60);
  }

  private static String rubbish(Random random) {
    String[] parts = {
      "0",
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "51-",
      "62-",
      "/",
      "/n1,",
      "/n2",
      ",",
      "12",
      "[",
      "]",
      "{",
      "}",
      "\"echo\"",
      "[\"echo\"",
      ",1]",
      "\"a\":",
      "null",
      "-",
      "{\"_placeholder\":true,\"num\":",
      "2[\"echo\",{\"x\":[1,2]}]",
      "27[\"echo\"]",
      "30[1]",
      "[[[[[[[[[[[[[[[[[[",
      "٣",
      "\u0000",
      "?",
      "=",
      "&",
      "%",
      "\\ud800"
    };
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(5); i >= 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  private static Object value(Random random, int depth, int[] attachments) {
    return switch (random.nextInt(depth > 0 ? 9 : 7)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextInt();
      case 3 -> Integer.MAX_VALUE + random.nextLong(1L << 50) + 1;
      case 4 -> random.nextInt(1000) + 0.5;
      case 5 -> "é€😀\"\\\n\u0001".substring(random.nextInt(3));
      case 6 -> {
        if (attachments[0]++ < 10) {
          byte[] data = new byte[random.nextInt(50)];
          random.nextBytes(data);
          yield data;
        }
        yield "enough";
      }
      case 7 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth - 1, attachments));
        }
        yield list;
      }
      default -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put("k" + i, value(random, depth - 1, attachments));
        }
        yield map;
      }
    };
  }

  private static void eachSeed(Consumer<Random> test) {
    eachSeed(test, 2000);
  }

  private static void eachSeed(Consumer<Random> test, int seeds) {
    Long one = Long.getLong("madang.seed");
    long seconds = Long.getLong("madang.fuzz.seconds", 0);
    long seed = one != null ? one : seconds > 0 ? System.nanoTime() : 1;
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    for (int i = 0; i < seeds || System.nanoTime() - end < 0; i++, seed++) {
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
