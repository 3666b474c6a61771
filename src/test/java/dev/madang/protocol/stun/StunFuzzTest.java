package dev.madang.protocol.stun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StunFuzzTest {
  @Test
  void readsAnyBytesOrSaysThatTheyAreNoMessage() {
    Fuzz.each(300, seed -> read(seed.random()));
  }

  private static void read(RandomGenerator random) {
    for (int i = 0; i < 200; i++) {
      byte[] whole = CORPUS.get(random.nextInt(CORPUS.size()));
      byte[] bytes = Fuzz.mutate(whole, random);
      if (random.nextBoolean() && bytes.length >= 20) {
        // Past the first gate: the length in the header is right.
        bytes = Arrays.copyOf(bytes, bytes.length & ~3);
        bytes[2] = (byte) (bytes.length - 20 >>> 8);
        bytes[3] = (byte) (bytes.length - 20);
      }
      int offset = random.nextInt(4);
      byte[] shifted = new byte[bytes.length + offset + random.nextInt(4)];
      System.arraycopy(bytes, 0, shifted, offset, bytes.length);
      StunMessage message;
      try {
        message = StunMessage.read(shifted, offset, bytes.length);
      } catch (ProtocolException _) {
        continue;
      }
      StunMessage.isSigned(shifted, offset, bytes.length, KEY);
      assertThat(StunMessage.looksLike(shifted, offset, bytes.length)).isTrue();
      // What was understood is written as it was understood. The fingerprint is of other bytes when
      // something was ignored or padded otherwise.
      StunMessage bare =
          new StunMessage(
              message.kind(),
              message.method(),
              message.id(),
              message.attributes().stream()
                  .filter(attribute -> !(attribute instanceof StunAttribute.Fingerprint))
                  .toList());
      byte[] again = bare.write();
      assertThat(StunMessage.read(again, 0, again.length)).isEqualTo(bare);
    }
  }

  @Test
  void framesAnyStreamOrSaysThatItIsNone() {
    Fuzz.each(300, seed -> frame(seed));
  }

  private static void frame(Seed seed) {
    RandomGenerator random = seed.random();
    ByteWriter stream = new ByteWriter();
    for (int i = 0; i < 20; i++) {
      byte[] whole = CORPUS.get(random.nextInt(CORPUS.size()));
      stream.bytes(random.nextInt(4) == 0 ? Fuzz.mutate(whole, random) : whole).pad(4);
    }
    byte[] bytes = stream.toArray();
    StunFraming framing = new StunFraming();
    int found = 0;
    try {
      for (int at = 0; at < bytes.length; ) {
        int length = Math.min(bytes.length - at, random.nextInt(1, 300));
        framing.receive(bytes, at, length);
        at += length;
        while (framing.next(2048)) {
          assertThat(framing.length()).isBetween(4, 2048);
          assertThat(framing.offset() + framing.length())
              .isLessThanOrEqualTo(framing.bytes().length);
          found++;
        }
      }
    } catch (ProtocolException _) {
      // The stream is over, as the connection would be.
    }
    assertThat(found).isLessThanOrEqualTo(bytes.length / 4);
  }

  private static final List<byte[]> CORPUS = Fuzz.corpus("stun");
  private static final IntegrityKey KEY = IntegrityKey.shortTerm("VOkJxbRl1RmTxUk/WvJxBt");
}
