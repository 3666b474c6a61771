package dev.madang.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import dev.madang.net.Loop;
import dev.madang.net.Traffic;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// "The hot path allocates nothing per packet and subscriber": held by counting what the loop's
/// thread allocates while it forwards to many, with all that belongs to it: SRTP, reports,
/// bandwidth, timers.
class ForwardingAllocationTest {
  @TempDir Path data;

  @Test
  void forwardingAllocatesNothingPerPacketAndSubscriber() throws Exception {
    try (Doors doors = new Doors(data, 1)) {
      Loop loop = doors.udp.loops().getFirst();
      long thread = loop.ask(() -> Thread.currentThread().threadId());
      Thread load = Thread.ofPlatform().start(() -> load(doors.url("/whip/yard")));
      // Until everything is loaded, compiled, and as large as it gets.
      awaitPackets(loop.traffic(), WARM);
      long packets = loop.traffic().packetsOut.value();
      long bytes = allocated(thread);
      awaitPackets(loop.traffic(), packets + MEASURED);
      bytes = allocated(thread) - bytes;
      packets = loop.traffic().packetsOut.value() - packets;
      load.interrupt();
      load.join();
      double perPacket = (double) bytes / packets;
      System.out.printf("%.2f bytes allocated a packet sent (%d packets)%n", perPacket, packets);
      // The smallest object has 16, so most packets make none; 1.4 to 4 were seen, of timers and
      // reports.
      assertThat(perPacket).isLessThan(8);
    }
  }

  private static void load(String url) {
    Plan plan =
        new Plan(
            url,
            url.replace("/whip/", "/whep/"),
            null,
            1,
            RECEIVERS,
            300_000,
            false,
            Pattern.GROUPS,
            Duration.ZERO,
            Duration.ofMinutes(5),
            0,
            0,
            8,
            1,
            false,
            List.of());
    try (Run run = new Run(plan, _ -> {})) {
      run.measure();
    } catch (InterruptedException _) {
      // It has run long enough.
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitPackets(Traffic traffic, long count) {
    await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> traffic.packetsOut.value() >= count);
  }

  private static long allocated(long thread) {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(thread);
  }

  private static final int RECEIVERS = 60;
  private static final long WARM = 60_000;
  private static final long MEASURED = 40_000;
}
