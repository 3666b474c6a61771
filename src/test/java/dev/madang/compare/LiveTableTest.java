package dev.madang.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.server.compare.Probe;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LiveTableTest {
  private static final long MILLI = 1_000_000;

  @Test
  void aTallyTellsWhatItHasSoFar() {
    Tally tally = new Tally(Workload.CURSOR);
    long now = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] message = tally.next(Probe.ECHO, now);
      long delay = i < 900 ? 40 : 140;
      if (i != 10 && i < 990) {
        tally.answer(message, 0, message.length, now + delay * MILLI);
      }
      now += 10 * MILLI;
    }
    Tally.SoFar soFar = tally.soFar(now, false);
    assertThat(soFar.sent()).isEqualTo(1000);
    assertThat(soFar.heard()).isEqualTo(989);
    assertThat(soFar.late()).isEqualTo(90);
    assertThat(soFar.lost()).as("the last ten are still on their way").isEqualTo(1);
    assertThat(tally.soFar(now, true).lost()).as("what is reliable is late at most").isZero();
    assertThat(soFar.p50()).isBetween(38.0, 42.0);
    assertThat(soFar.p95()).isBetween(133.0, 147.0);
  }

  @Test
  @Timeout(10)
  void aTerminalSeesTheTableInItsPlaceAndItGoesAtTheEnd() throws InterruptedException {
    Written written = new Written();
    try (LiveTable table = new LiveTable(new PrintStream(written, true), true, false)) {
      table.begins(Workload.CURSOR, null, 12);
      Tally tally = new Tally(Workload.CURSOR);
      table.counts(Kind.UDP, tally);
      byte[] message = tally.next(Probe.ECHO, 0);
      tally.answer(message, 0, message.length, 40 * MILLI);
      written.awaits("1/1");
      written.awaits("\033[3A\033[J");
    }
    assertThat(written.text()).contains("received").endsWith("\033[J");
  }

  @Test
  void elsewhereThereIsALineForEachStep() {
    Written written = new Written();
    try (LiveTable table = new LiveTable(new PrintStream(written, true), false, true)) {
      table.begins(Workload.CURSOR, null, 12);
      table.begins(Workload.FILE, Kind.TCP, 3);
    }
    assertThat(written.text()).isEqualTo("  · 커서·게임 (12 s)\n  · 파일: TCP\n");
  }

  private static final class Written extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, length);
      notifyAll();
    }

    synchronized String text() {
      return toString(StandardCharsets.UTF_8);
    }

    synchronized void awaits(String text) throws InterruptedException {
      while (!text().contains(text)) {
        wait();
      }
    }
  }
}
