package dev.madang.server.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ErrandsTest {
  private final CountDownLatch broken = new CountDownLatch(1);
  private final CountDownLatch awake = new CountDownLatch(1);
  private final Errands errands = new Errands("test", broken::countDown);

  /// Its listener is in the midst of something.
  private void sleeps() {
    errands.tell(() -> {
      try {
        awake.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private boolean isBroken() throws InterruptedException {
    return broken.await(10, TimeUnit.SECONDS);
  }

  @Test
  void whatAListenerThrowsClosesTheBotWhateverItIs() throws Exception {
    errands.tell(() -> {
      throw new AssertionError("as a test wants it");
    });
    assertThat(isBroken()).isTrue();
  }

  @Test
  void aListenerThatIsInterruptedClosesTheBot() throws Exception {
    errands.tell(Thread.currentThread()::isInterrupted);
    errands.tell(() -> Thread.currentThread().interrupt());
    assertThat(isBroken()).isTrue();
  }

  /// Of ten thousand messages of 64 KiB the room's people could make 640 MB wait.
  @Test
  void messagesThatWaitCloseTheBotBeforeTheyFillTheMemory() throws Exception {
    sleeps();
    int waits = 0;
    while (broken.getCount() > 0 && waits < 10_000) {
      errands.tell(() -> {}, 64 << 10);
      waits++;
    }
    assertThat(waits << 16).isBetween(16 << 20, 64 << 20);
    assertThat(isBroken()).isTrue();
    awake.countDown();
  }

  @Test
  void smallPacketsThatWaitDoNotCloseTheBot() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    CountDownLatch told = new CountDownLatch(1);
    sleeps();
    int taken = 0;
    for (int i = 0; i < 100_000; i++) {
      taken += errands.offer(heard::incrementAndGet, 1) ? 1 : 0;
    }
    assertThat(taken).isLessThan(100_000);
    errands.tell(told::countDown);
    awake.countDown();
    assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(heard).hasValue(taken);
    assertThat(broken.getCount()).isOne();
  }
}
