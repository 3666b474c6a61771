package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.rig.Fuzz;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ArrivalLogTest {
  private static final long MS = 1_000_000L;
  private final ArrivalLog log = new ArrivalLog();

  @Test
  void tellsWhatArrivedAndWhatDidNot() {
    log.arrived(10, 1000, 5 * MS);
    log.arrived(11, 1000, 6 * MS);
    log.arrived(14, 1000, 9 * MS);
    assertThat(log.next(60 * MS)).isTrue();
    assertThat(log.base()).isEqualTo(10);
    assertThat(log.count()).isEqualTo(5);
    assertThat(List.of(log.times()[0], log.times()[1], log.times()[4]))
        .containsExactly(20L, 24L, 36L);
    assertThat(log.times()[2]).isEqualTo(ArrivalLog.MISSING);
    log.told(5);
    assertThat(log.next(60 * MS)).isFalse();
    assertThat(log.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void beginsTheNextReportWhereTheLastEnded() {
    log.arrived(65_534, 1000, 0);
    tell(60 * MS);
    log.arrived(1, 1000, 70 * MS);
    assertThat(log.next(120 * MS)).isTrue();
    assertThat(log.base()).isEqualTo(65_535);
    assertThat(log.count()).isEqualTo(3);
    assertThat(log.feedbackCount()).isEqualTo(1);
  }

  @Test
  void reachesBackForAPacketThatCameLate() {
    log.arrived(1, 1000, 0);
    log.arrived(3, 1000, 2 * MS);
    tell(50 * MS);
    log.arrived(2, 1000, 60 * MS);
    log.arrived(4, 1000, 61 * MS);
    assertThat(log.next(100 * MS)).isTrue();
    assertThat(log.base()).isEqualTo(2);
    assertThat(log.count()).isEqualTo(3);
    assertThat(log.times()[0]).isEqualTo(240);
  }

  @Test
  void refusesWhatItHasAndWhatIsTooOld() {
    assertThat(log.arrived(100, 1000, 0)).isTrue();
    assertThat(log.arrived(100, 1000, 1)).isFalse();
    assertThat(log.arrived(102, 1000, 2)).isTrue();
    assertThat(log.arrived(101, 1000, 400 * MS)).isFalse();
    assertThat(log.arrived(100 - 3000, 1000, 3)).isFalse();
  }

  @Test
  void reportsTheMoreOftenTheMoreArrives() {
    assertThat(interval(2_000_000)).isEqualTo(50);
    assertThat(interval(100_000)).isBetween(80L, 140L);
    assertThat(interval(20_000)).isEqualTo(250);
  }

  private static long interval(long bitrate) {
    ArrivalLog log = new ArrivalLog();
    long now = 0;
    int sequence = 0;
    long reported = 0;
    long interval = 0;
    for (int i = 0; i < 1000; i++) {
      now += 500 * 8 * 1_000_000_000L / bitrate;
      log.arrived(sequence++, 500, now);
      if (log.deadline() - now <= 0) {
        while (log.next(now)) {
          log.told(log.count());
        }
        interval = (now - reported) / MS;
        reported = now;
      }
    }
    return Math.min(interval, 250);
  }

  @Test
  void survivesAJumpAndALongGap() {
    log.arrived(1, 1000, 0);
    log.arrived(20_000, 1000, MS);
    assertThat(tell(50 * MS)).isEqualTo(1);
    log.arrived(20_000 + 1500, 1000, 60 * MS);
    assertThat(log.next(100 * MS)).isTrue();
    assertThat(log.count()).isLessThanOrEqualTo(400);
    assertThat(log.times()[log.count() - 1]).isEqualTo(240);
    log.told(log.count());
    assertThat(log.next(100 * MS)).isFalse();
  }

  @Test
  void givesUpWhenNothingFits() {
    log.arrived(1, 1000, 0);
    assertThat(log.next(60 * MS)).isTrue();
    log.told(0);
    assertThat(log.next(60 * MS)).isFalse();
  }

  /// Whatever arrives in whatever order: what a receiver of the feedback reads is what happened, to
  /// a quarter of a millisecond, and nothing that arrived on time is missing in the end.
  @Test
  void isReadAsItHappened() {
    Fuzz.each(30, seed -> roundTrip(seed.random()));
  }

  private static void roundTrip(RandomGenerator random) {
    ArrivalLog log = new ArrivalLog();
    RtcpWriter rtcp = new RtcpWriter();
    Map<Integer, Long> happened = new TreeMap<>();
    Map<Integer, Long> read = new TreeMap<>();
    int sequence = random.nextInt(0x10000);
    long now = random.nextLong(-5_000 * MS, 5_000 * MS);
    List<Integer> late = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      now += random.nextLong(3 * MS);
      sequence = sequence + 1 & 0xFFFF;
      int chance = random.nextInt(20);
      if (chance == 0) {
        continue;
      } else if (chance == 1) {
        late.add(sequence);
        continue;
      }
      note(log, happened, sequence, now);
      if (!late.isEmpty() && chance < 6) {
        note(log, happened, late.removeFirst(), now);
      }
      if (log.deadline() - now <= 0) {
        report(log, rtcp, read, now);
      }
    }
    report(log, rtcp, read, now);
    assertThat(read).isEqualTo(happened);
  }

  private static void note(ArrivalLog log, Map<Integer, Long> happened, int sequence, long now) {
    if (log.arrived(sequence, 1000, now)) {
      happened.put(sequence, Math.floorDiv(now, 250_000L) & 0xFFFF_FFFFL);
    }
  }

  private static void report(ArrivalLog log, RtcpWriter rtcp, Map<Integer, Long> read, long now) {
    byte[] bytes = new byte[1200];
    while (log.next(now)) {
      rtcp.begin(bytes, 0, bytes.length);
      log.told(
          rtcp.transportFeedback(
              1, 2, log.feedbackCount(), log.base(), log.times(), 0, log.count()));
      RtcpReader.Output output =
          new RtcpReader.Output() {
            @Override
            public void transportFeedbackPacket(int sequence, boolean received, long arrival) {
              if (received) {
                read.put(sequence, arrival);
              }
            }
          };
      assertThat(RtcpReader.read(bytes, 0, rtcp.length(), output)).isTrue();
    }
  }

  private int tell(long now) {
    int reports = 0;
    while (log.next(now)) {
      reports++;
      log.told(log.count());
    }
    return reports;
  }
}
