package dev.madang.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.server.compare.Probe;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private static final long MILLI = 1_000_000;

  @Test
  void lateAndLostAndDelaysAreToldApart() {
    long[] sent = new long[100];
    long[] heard = new long[100];
    for (int i = 0; i < 100; i++) {
      sent[i] = i * 20L * MILLI;
      heard[i] = i < 5 ? -1 : sent[i] + (i < 15 ? 200 : 40) * MILLI;
    }
    Figures figures = Figures.of(Workload.VOICE, Kind.UDP, new Series(sent, heard, 100));
    assertThat(figures.sent()).isEqualTo(100);
    assertThat(figures.lost()).isEqualTo(5);
    assertThat(figures.late()).isEqualTo(10);
    assertThat(figures.inTime()).isEqualTo(0.85);
    assertThat(figures.p50()).isEqualTo(40);
    assertThat(figures.p95()).isEqualTo(200);
    // Nineteen at once when the late ones arrive, but what was sent 15 earlier comes 160 ms before.
    assertThat(figures.jitter()).isGreaterThan(1).isLessThan(2);
    assertThat(figures.cdf()).hasSize(100).isSorted();
  }

  @Test
  void theIntervalOfAPercentileHoldsIt() {
    long[] sent = new long[1000];
    long[] heard = new long[1000];
    for (int i = 0; i < 1000; i++) {
      sent[i] = i * MILLI;
      heard[i] = sent[i] + (i + 1) * MILLI / 10;
    }
    Figures figures = Figures.of(Workload.CURSOR, Kind.TCP, new Series(sent, heard, 1000));
    assertThat(figures.p95()).isEqualTo(95);
    assertThat(figures.p95Low()).isBetween(93.0, 94.9);
    assertThat(figures.p95High()).isBetween(95.1, 97.0);
  }

  @Test
  void ofFewMessagesTheIntervalIsWide() {
    long[] sent = new long[8];
    long[] heard = new long[8];
    for (int i = 0; i < 8; i++) {
      heard[i] = (i + 1) * MILLI;
    }
    Figures figures = Figures.of(Workload.CHAT, Kind.TCP, new Series(sent, heard, 8));
    // Fewer than six of eight are below the 95th percentile once in 170 times, fewer than seven
    // once
    // in 17.
    assertThat(figures.p95Low()).isEqualTo(6);
    assertThat(figures.p95High()).isEqualTo(8);
  }

  @Test
  void anAnswerCountsOnceAndOnlyForItsWorkload() {
    Tally tally = new Tally(Workload.CHAT);
    byte[] question = tally.next(Probe.ECHO, 5);
    tally.answer(question, 0, question.length, 9);
    tally.answer(question, 0, question.length, 10);
    byte[] other = new Tally(Workload.VOICE).next(Probe.ECHO, 5);
    tally.answer(other, 0, other.length, 9);
    byte[] never = question.clone();
    Probe.write(never, Probe.ECHO, Workload.CHAT.number(), 0, 77, 5);
    tally.answer(never, 0, never.length, 9);
    tally.answer(question, 0, 3, 9);
    assertThat(tally.heard()).isEqualTo(1);
    assertThat(tally.series(0).delays()).containsExactly(4);
  }

  @Test
  void theVerdictNamesAllBetweenWhichThereIsNoDifference() {
    List<Figures> figures =
        List.of(
            evenly(Kind.UDP, 81, 0, 0),
            evenly(Kind.LOSSY, 82, 0, 0),
            evenly(Kind.WEBSOCKET, 83, 0, 0),
            evenly(Kind.POLLING, 166, 0, 0));
    Verdict verdict = Verdict.of(figures).getFirst();
    assertThat(verdict.best().stream().map(Figures::lane))
        .containsExactly(Kind.UDP, Kind.LOSSY, Kind.WEBSOCKET);
    assertThat(verdict.sentence(false))
        .isEqualTo(
            "cursor: UDP is best (100.0 % within 100 ms, p95 81.5 ms); data channel (no retransmits)"
                + " and WebSocket are no different; Socket.IO (polling) was late with 100.0 %.");
    assertThat(verdict.sentence(true))
        .isEqualTo(
            "커서·게임: UDP 방식이 가장 나아요 (100 ms 안에 100.0 %, p95 81.5 ms). 데이터 채널(재전송 없음), WebSocket"
                + " 방식과는 차이가 없어요. Socket.IO (폴링) 방식은 100.0 %가 늦었어요.");
  }

  @Test
  void theShareThatIsSaidIsThatOfTheLaneThatIsNamed() {
    Verdict verdict =
        Verdict.of(List.of(evenly(Kind.TCP, 85, 0, 3), evenly(Kind.UDP, 81, 1, 0))).getFirst();
    assertThat(verdict.best().stream().map(Figures::lane)).containsExactly(Kind.UDP, Kind.TCP);
    assertThat(Verdict.of(List.of(evenly(Kind.TCP, 95, 0, 0), evenly(Kind.UDP, 81, 1, 0))))
        .hasToString("[cursor: UDP is best (99.8 % within 100 ms, p95 81.5 ms).]");
  }

  @Test
  void whatIsQuickerAndNotNamedIsToldWhy() {
    Figures lossy = as(Workload.CHAT, evenly(Kind.LOSSY, 28, 0, 0));
    Figures reliable = as(Workload.CHAT, evenly(Kind.CHANNEL, 60, 0, 0));
    assertThat(Verdict.of(List.of(lossy, reliable)).getFirst().sentence(false))
        .isEqualTo(
            "chat: data channel (reliable) is best (100.0 % within 300 ms, p95 60.5 ms);"
                + " data channel (no retransmits) was quicker, but gives messages up.");
    Figures media = as(Workload.CHAT, evenly(Kind.MEDIA, 27, 0, 0));
    assertThat(Verdict.of(List.of(lossy, media, reliable)).getFirst().sentence(false))
        .endsWith(
            "; WebRTC media (RTP) and data channel (no retransmits) were quicker, but give"
                + " messages up.");
  }

  @Test
  void nothingIsSaidOfWhatIsNothing() {
    Figures good = evenly(Kind.WEBSOCKET, 81, 0, 0);
    assertThat(Verdict.of(List.of(good, evenly(Kind.UDP, 81, 51, 0))).getFirst().sentence(false))
        .endsWith("; UDP lost 10.2 %.");
    assertThat(Verdict.of(List.of(good, evenly(Kind.UDP, 81, 51, 5))).getFirst().sentence(true))
        .endsWith(". UDP 방식은 10.2 %를 잃고 1.0 %가 늦었어요.");
  }

  @Test
  void whatLostEverythingIsNotTheQuickest() {
    Figures gone = evenly(Kind.UDP, 81, 500, 0);
    Figures late = evenly(Kind.POLLING, 166, 0, 0);
    assertThat(Verdict.of(List.of(gone, late)).getFirst().sentence(false))
        .isEqualTo(
            "cursor: nothing serves here; Socket.IO (polling) comes nearest (0.0 % within 100 ms, p95"
                + " 166.5 ms); UDP lost 100.0 %.");
  }

  @Test
  void whatLosesIsNoGoodForChatAndWhatIsLateIsNoGoodForGames() {
    Figures lossy = evenly(Kind.LOSSY, 82, 20, 0);
    Figures late = evenly(Kind.WEBSOCKET, 90, 0, 80);
    assertThat(Verdict.of(List.of(lossy, late)).getFirst().best()).containsExactly(lossy);
    Figures lossyChat = as(Workload.CHAT, lossy);
    Figures lateChat = as(Workload.CHAT, late);
    assertThat(Verdict.of(List.of(lossyChat, lateChat)).getFirst().best())
        .containsExactly(lateChat);
  }

  @Test
  void whatWasStoppedBeforeItBeganSaysNothing() {
    Series none = new Series(new long[0], new long[0], 0);
    assertThat(Verdict.of(List.of(Figures.of(Workload.CURSOR, Kind.UDP, none)))).isEmpty();
  }

  @Test
  void equalLanesAreToldToBeEqualInBothLanguages() {
    List<Figures> figures = List.of(evenly(Kind.UDP, 1, 0, 0), evenly(Kind.TCP, 1, 0, 0));
    Verdict verdict = Verdict.of(figures).getFirst();
    assertThat(verdict.sentence(false))
        .isEqualTo("cursor: there is no difference between UDP and TCP.");
    assertThat(verdict.sentence(true)).isEqualTo("커서·게임: UDP, TCP 방식 사이에 차이가 없어요.");
  }

  /// 500 messages, of which some are lost and some take a second.
  private static Figures evenly(Kind lane, int milliseconds, int lost, int late) {
    long[] sent = new long[500];
    long[] heard = new long[500];
    for (int i = 0; i < 500; i++) {
      sent[i] = i * 16L * MILLI;
      long delay = i < lost + late ? 1000 : milliseconds;
      heard[i] = i < lost ? -1 : sent[i] + delay * MILLI + i * 1000L;
    }
    return Figures.of(Workload.CURSOR, lane, new Series(sent, heard, 500));
  }

  private static Figures as(Workload workload, Figures from) {
    int lost = from.lost();
    int late = from.lane() == Kind.WEBSOCKET ? 80 : 0;
    Figures cursor = evenly(from.lane(), (int) from.p50(), lost, late);
    return new Figures(
        workload,
        cursor.lane(),
        null,
        cursor.sent(),
        cursor.late(),
        cursor.lost(),
        cursor.p50(),
        cursor.p95(),
        cursor.p95Low(),
        cursor.p95High(),
        cursor.p99(),
        cursor.jitter(),
        cursor.stall(),
        null,
        null,
        null,
        null,
        null,
        cursor.cdf());
  }
}
