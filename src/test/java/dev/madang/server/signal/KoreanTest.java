package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.chat.Handshake;
import dev.madang.room.Ending;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Refused;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KoreanTest {
  @Test
  void everythingThatPeopleReadIsSaidInKoreanWithTheSameCode() {
    for (Refusal refusal : Refusal.values()) {
      var refused = Korean.say(new Refused(refusal, "No.", "Try."));
      boolean forProgrammers = refusal == Refusal.BAD_MESSAGE || refusal == Refusal.UNKNOWN_MESSAGE;
      assertThat(refused.code()).isEqualTo(refusal);
      if (!forProgrammers) {
        assertThat(refused.message()).matches(KOREAN);
        assertThat(refused.help()).matches(KOREAN);
      }
    }
    for (Ending ending : Ending.values()) {
      var ended = Korean.say(ending.ended());
      assertThat(ended.code()).isEqualTo(ending);
      assertThat(ended.message()).matches(KOREAN);
      assertThat(ended.help()).matches(KOREAN);
    }
  }

  @Test
  void theClientsWordCountsBeforeTheBrowsers() {
    assertThat(Korean.isSpokenBy(handshake("ko-KR,ko;q=0.9", Map.of()))).isTrue();
    assertThat(Korean.isSpokenBy(handshake("ko-KR", Map.of("language", "en")))).isFalse();
    assertThat(Korean.isSpokenBy(handshake("en-US,ko", Map.of("language", "ko")))).isTrue();
    assertThat(Korean.isSpokenBy(handshake("en-US,ko", Map.of()))).isFalse();
    assertThat(Korean.isSpokenBy(handshake("fr", Map.of("language", 7)))).isFalse();
  }

  private static Handshake handshake(String browser, Map<String, Object> auth) {
    return new Handshake("192.0.2.1", true, Map.of("accept-language", browser), Map.of(), auth);
  }

  private static final String KOREAN = ".*[가-힣].*\\.";
}
