package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LetterboxTest {
  private static final long SECOND = 1_000_000_000L;
  private final Letterbox letters = new Letterbox();
  private final List<String> sent = new ArrayList<>();
  private final Letterbox.Output connection =
      (channel, envelope) -> sent.add(channel + ":" + envelope.length);

  @Test
  void reliableMessagesWaitForTheirChannelAndOthersDoNot() {
    letters.put(true, new byte[1], 0);
    letters.put(false, new byte[2], 0);
    letters.put(true, new byte[3], SECOND);
    letters.opened(connection, 2, "fast", 2 * SECOND);
    assertThat(sent).isEmpty();
    letters.opened(connection, 0, "reliable", 2 * SECOND);
    letters.put(false, new byte[4], 2 * SECOND);
    letters.put(true, new byte[5], 2 * SECOND);
    assertThat(sent).containsExactly("0:1", "0:3", "2:4", "0:5");
  }

  @Test
  void whatWaitsIsForgottenAfterThirtySecondsAndIsNeverMoreThanAMegabyte() {
    letters.put(true, new byte[1], 0);
    letters.put(true, new byte[2], 20 * SECOND);
    letters.opened(connection, 0, "reliable", 31 * SECOND);
    assertThat(sent).containsExactly("0:2");

    letters.closed(connection, 0);
    for (int i = 0; i < 100; i++) {
      letters.put(true, new byte[64 << 10], 40 * SECOND);
    }
    letters.put(true, new byte[7], 80 * SECOND);
    letters.opened(connection, 4, "reliable", 81 * SECOND);
    assertThat(sent).containsExactly("0:2", "4:7");
    letters.closed(connection, 4);
    for (int i = 0; i < 100; i++) {
      letters.put(true, new byte[64 << 10], 90 * SECOND);
    }
    letters.opened(connection, 6, "reliable", 91 * SECOND);
    assertThat(sent).hasSize(2 + 15);
  }

  @Test
  void channelsOfAConnectionEndWithIt() {
    letters.opened(connection, 0, "reliable", 0);
    letters.opened(connection, 2, "another", 0);
    assertThat(letters.has(0)).isTrue();
    assertThat(letters.isReliable(0)).isTrue();
    assertThat(letters.has(2)).isFalse();
    List<Integer> others = new ArrayList<>();
    Letterbox.Output another = (channel, _) -> others.add(channel);
    letters.opened(another, 4, "fast", 0);
    assertThat(letters.has(0)).isFalse();
    letters.opened(another, 6, "reliable", 0);
    letters.closed(connection, 6);
    letters.closed(connection);
    letters.put(true, new byte[1], 0);
    assertThat(others).containsExactly(6);
    letters.closed(another);
    letters.put(true, new byte[1], 0);
    letters.put(false, new byte[1], 0);
    assertThat(others).containsExactly(6);
    assertThat(sent).isEmpty();
  }
}
