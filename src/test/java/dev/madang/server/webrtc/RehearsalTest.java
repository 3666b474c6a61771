package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
  @Test
  void leavesNoThreadBehind() throws InterruptedException {
    Set<String> before = threads();
    Rehearsal.run();
    assertThat(threads()).isSubsetOf(before);
  }

  /// But those that the JVM keeps for itself.
  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> !each.isDaemon())
        .map(Thread::getName)
        .collect(Collectors.toSet());
  }
}
