package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
  /// An executor is terminated a moment before the last of its threads is: that one is waited for.
  @Test
  void leavesNoThreadBehind() throws InterruptedException {
    Set<Thread> before = threads();
    Rehearsal.run();
    for (Thread each : threads()) {
      assertThat(before.contains(each) || each.join(Duration.ofSeconds(10)))
          .as(each.getName() + " lives on")
          .isTrue();
    }
  }

  /// But those that the JVM keeps for itself.
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> !each.isDaemon())
        .collect(Collectors.toSet());
  }
}
