package dev.madang.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.madang.net.Loop;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/// What this process keeps, after the garbage was taken out: so that who came and went has left
/// nothing behind.
///
/// @param heap bytes
/// @param direct bytes outside it
/// @param descriptors open
/// @param threads but for those that carry virtual ones
/// @param timers of loops
/// @param objects of ours, of Netty's channels and tasks, and of memory outside the heap, by class
public record Kept(
    long heap,
    long direct,
    long descriptors,
    long threads,
    long timers,
    Map<String, Long> objects) {

  /// As it stands when all that can be given back has been.
  public static Kept settled(List<Loop> loops) throws Exception {
    // What is outside the heap is given back some time after a collection found it unused.
    for (int i = 0; i < 10; i++) {
      histogram();
    }
    return now(loops);
  }

  /// Waits until it is no more than this again.
  public void awaitAgain(List<Loop> loops) {
    await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> now(loops).assertNoMoreThan(this));
  }

  private void assertNoMoreThan(Kept before) {
    // Far addresses are remembered, up to a number of their own.
    Map<String, Long> grown = new TreeMap<>();
    objects.forEach((name, count) -> {
      long more = count - before.objects.getOrDefault(name, 0L);
      if (more > 20 && !name.endsWith(".Path") && !name.endsWith(".Address")) {
        grown.put(name, more);
      }
    });
    assertThat(grown).isEmpty();
    assertThat(timers).as("timers").isLessThanOrEqualTo(before.timers);
    assertThat(descriptors).as("descriptors").isLessThanOrEqualTo(before.descriptors);
    assertThat(threads).as("threads").isLessThanOrEqualTo(before.threads);
    assertThat(direct).as("direct memory").isLessThan(before.direct + 100_000);
    assertThat(heap).as("heap").isLessThan(before.heap + 8_000_000);
  }

  private static Kept now(List<Loop> loops) throws Exception {
    long timers = 0;
    for (Loop loop : loops) {
      timers += loop.ask(loop::timers);
    }
    Map<String, Long> objects = histogram();
    Runtime runtime = Runtime.getRuntime();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("awaitility"))
            .count();
    return new Kept(
        runtime.totalMemory() - runtime.freeMemory(),
        direct + Math.max(0, PlatformDependent.usedDirectMemory()),
        system.getOpenFileDescriptorCount(),
        threads,
        timers,
        objects);
  }

  /// How many there are of each class, after a collection.
  private static Map<String, Long> histogram() throws JMException {
    String text =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    Map<String, Long> objects = new TreeMap<>();
    text.lines()
        .forEach(line -> {
          String[] words = line.trim().split("\\s+");
          if (words.length >= 4 && LOOKED_AT.stream().anyMatch(words[3]::startsWith)) {
            objects.put(words[3], Long.parseLong(words[1]));
          }
        });
    return objects;
  }

  @Override
  public String toString() {
    return "heap %.1f MB, direct %.1f MB, %d descriptors, %d threads, %d timers, %d objects"
        .formatted(
            heap / 1e6,
            direct / 1e6,
            descriptors,
            threads,
            timers,
            objects.values().stream().mapToLong(Long::longValue).sum());
  }

  private static final List<String> LOOKED_AT =
      Stream.of(
              "dev.madang", "jdk.internal.foreign", "io.netty.channel", "io.netty.util.concurrent")
          .map(each -> each + ".")
          .toList();
}
