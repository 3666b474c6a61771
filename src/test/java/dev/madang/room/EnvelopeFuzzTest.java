package dev.madang.room;

import static dev.madang.room.EnvelopeTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class EnvelopeFuzzTest {
  @Test
  void anyBytesAreAnEnvelopeOrRefused() {
    List<byte[]> corpus =
        List.of(bytes(0, "bob", "hello"), bytes(1, "", "x"), bytes(0, "안녕".repeat(60), ""));
    Fuzz.each(
        200,
        seed -> {
          RandomGenerator random = seed.random();
          for (int i = 0; i < 100; i++) {
            byte[] bytes = Fuzz.mutate(corpus.get(random.nextInt(corpus.size())), random);
            Envelope envelope;
            try {
              envelope = Envelope.read(bytes);
            } catch (ProtocolException _) {
              continue;
            }
            byte[] addressed = envelope.from("someone");
            Envelope again = Envelope.read(addressed);
            assertThat(again.kind()).isEqualTo(envelope.kind());
            assertThat(Arrays.copyOfRange(addressed, again.offset(), addressed.length))
                .isEqualTo(Arrays.copyOfRange(bytes, envelope.offset(), bytes.length));
          }
        });
  }
}
