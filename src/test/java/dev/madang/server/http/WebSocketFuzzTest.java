package dev.madang.server.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Frames spoiled at random, against a live door.
class WebSocketFuzzTest {
  @Test
  void staysUpAndGivesEverythingBack() {
    try (FuzzedDoor door = new FuzzedDoor(null)) {
      FuzzedDoor.run(20, seed -> round(door, seed));
    }
  }

  private static void round(FuzzedDoor door, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Mutator mutator = new Mutator(random);
    for (int i = 0; i < 40; i++) {
      byte[] frames = mutator.next(SAMPLES);
      try (RawClient client = new RawClient(door.port())) {
        // At times the frames come with the handshake, at times after its answer.
        if (random.nextBoolean()) {
          client.upgrade("/ws", DEFLATE);
        } else {
          frames = Mutator.join(HANDSHAKE, frames);
        }
        door.talk(client, frames, random);
      }
    }
    door.isWell();
  }

  private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  private static final byte[] HANDSHAKE =
      RawClient.handshake("/ws", DEFLATE).getBytes(StandardCharsets.US_ASCII);
  private static final List<byte[]> SAMPLES =
      List.of(
          RawClient.frame(0x81, "hello".getBytes(StandardCharsets.UTF_8)),
          RawClient.frame(0x81, "héllo €".getBytes(StandardCharsets.UTF_8)),
          RawClient.frame(0x82, new byte[300]),
          RawClient.frame(0x82, new byte[9000]),
          RawClient.frame(0x01, "frag".getBytes(StandardCharsets.UTF_8)),
          RawClient.frame(0x00, "ment".getBytes(StandardCharsets.UTF_8)),
          RawClient.frame(0x80, "ed".getBytes(StandardCharsets.UTF_8)),
          RawClient.frame(0x89, "ping".getBytes(StandardCharsets.UTF_8)),
          RawClient.frame(0x8A, new byte[0]),
          RawClient.frame(0x88, new byte[] {3, (byte) 0xE8, 'b', 'y', 'e'}),
          RawClient.frame(
              0xC1, new byte[] {(byte) 0xCA, 0x48, (byte) 0xCD, (byte) 0xC9, (byte) 0xC9, 7, 0}),
          RawClient.frame(0xC2, new byte[] {(byte) 0xEC, (byte) 0xC0, 1, 1, 0, 0, 0, (byte) 0x82}));
}
