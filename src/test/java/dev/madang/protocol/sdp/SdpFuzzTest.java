package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Descriptions with changed bytes, and with lines lost, doubled and moved: read or refused, and
/// what was read is answered or refused.
class SdpFuzzTest {
  @Test
  void anyTextIsReadOrRefused() {
    Fuzz.each(100, seed -> read(seed));
  }

  private static void read(Seed seed) {
    RandomGenerator random = seed.random();
    for (int i = 0; i < 20; i++) {
      byte[] whole = CORPUS.get(random.nextInt(CORPUS.size()));
      String text =
          random.nextBoolean()
              ? new String(Fuzz.mutate(whole, random), StandardCharsets.UTF_8)
              : shuffle(new String(whole, StandardCharsets.UTF_8), random);
      try {
        SessionDescription description = SessionDescription.read(text);
        assertThat(SessionDescription.read(description.write())).isEqualTo(description);
        answer(description, random);
      } catch (ProtocolException e) {
        assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
        assertThat(e.getMessage().chars().noneMatch(Character::isISOControl)).isTrue();
      }
    }
  }

  private static void answer(SessionDescription description, RandomGenerator random) {
    SessionDescription answer =
        switch (random.nextInt(3)) {
          case 0 -> UpAnswer.to(description, LOCAL, OURS, 1, null).answer();
          case 1 -> WhepAnswer.to(description, LOCAL, OURS, TRACKS, 1, null).answer();
          default -> {
            DownOffers offers = new DownOffers(OURS);
            SessionDescription offer = offers.next(LOCAL, TRACKS);
            offers.accept(description);
            yield offer;
          }
        };
    assertThat(SessionDescription.read(answer.write())).isEqualTo(answer);
  }

  /** Lines are lost, doubled, moved, and take the value of another. */
  private static String shuffle(String text, RandomGenerator random) {
    List<String> lines = new ArrayList<>(Arrays.asList(text.split("\r\n")));
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      int at = random.nextInt(1, lines.size());
      int other = random.nextInt(1, lines.size());
      switch (random.nextInt(4)) {
        case 0 -> lines.add(other, lines.remove(at));
        case 1 -> lines.add(other, lines.get(at));
        case 2 -> {
          if (lines.size() > 2) {
            lines.remove(at);
          }
        }
        default -> lines.set(at, mixed(lines.get(at), lines.get(other)));
      }
    }
    return String.join("\r\n", lines);
  }

  private static String mixed(String line, String other) {
    int cut = Math.max(line.indexOf(':'), 1);
    return line.substring(0, cut + 1 > line.length() ? cut : cut + 1)
        + other.substring(Math.min(other.indexOf(':') + 1, other.length()));
  }

  private static final List<byte[]> CORPUS = Fuzz.corpus("sdp");
  private static final List<DownTrack> TRACKS =
      List.of(
          Offers.audio("m1", "opus", "red"), Offers.video("c1", "VP8"), Offers.video("c2", "H264"));
}
