package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.Loop;
import dev.madang.net.Path;
import dev.madang.net.Timer;
import dev.madang.net.UdpOptions;
import dev.madang.net.UdpSocket;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
import dev.madang.wire.BigEndian;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// 100 000 packets of junk a second on the media port, while a call runs on the same loop.
class JunkTest {
  private static final int SECONDS = Integer.getInteger("madang.seconds", 3);
  private static final int PER_SECOND = 100_000;

  @Test
  void junkCostsARunningCallNothing() throws Exception {
    ExecutorService home = Executors.newSingleThreadExecutor();
    try (MediaRig rig =
            new MediaRig(new UdpDoor.Config("", 0, 1, false), MediaDoor.Config.defaults());
        Clients clients = new Clients(1, null);
        Loop stranger = Loop.start("stranger")) {
      Heard heard = new Heard();
      Call call = new Call(new Hall(rig.media, home), home, clients, "yard", heard);
      call.begin();
      while (!heard.anything) {
        say(call, heard);
        LockSupport.parkNanos(5_000_000);
      }
      heard.first = heard.said;
      Delays calm = talk(call, SECONDS * 50, heard);

      Junk junk = stranger.ask(() -> new Junk(stranger, rig.udp.port()));
      AtomicBoolean over = new AtomicBoolean();
      stranger.tell(() -> junk.begin(over));
      long before = rig.udp.loops().getFirst().traffic().packetsIn.value();
      Delays troubled = talk(call, SECONDS * 50, heard);
      long came = rig.udp.loops().getFirst().traffic().packetsIn.value() - before;
      over.set(true);
      System.out.printf(
          "%d packets of junk in %d s; delay of the call's packets %s before, %s meanwhile%n",
          came, SECONDS, calm, troubled);
      assertThat(came).isGreaterThan(9L * SECONDS * PER_SECOND / 10);
      assertThat(heard.lost()).isZero();
      call.end();
    } finally {
      home.shutdown();
    }
  }

  /// A packet of sound each 20 ms; all of them arrive.
  private static Delays talk(Call call, int packets, Heard heard) {
    int before = heard.count.get();
    long begun = System.nanoTime();
    for (int i = 0; i < packets; i++) {
      while (begun + i * 20_000_000L - System.nanoTime() > 0) {
        LockSupport.parkNanos(begun + i * 20_000_000L - System.nanoTime());
      }
      say(call, heard);
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> heard.count.get() - before >= packets);
    return heard.delays(before, packets);
  }

  private static void say(Call call, Heard heard) {
    byte[] packet = TransportTest.rtp(heard.said, 100);
    packet[1] = (byte) call.type(0);
    BigEndian.put32(packet, 20, heard.said++);
    BigEndian.put64(packet, 12, System.nanoTime());
    call.sending.tell(() -> call.sending.sendRtp(packet, 0, 12, packet.length));
  }

  private record Delays(double median, double most) {
    @Override
    public String toString() {
      return "%.2f ms, of the slowest hundredth %.2f ms".formatted(median, most);
    }
  }

  /// What bob hears.
  private static final class Heard implements Call.Receiver {
    final AtomicInteger count = new AtomicInteger();
    private final long[] delay = new long[100 * (2 + 2 * SECONDS) + 1000];
    private int said;
    volatile boolean anything;

    /// From here on all that is said is to be heard.
    volatile int first = Integer.MAX_VALUE;

    @Override
    public void rtp(byte[] bytes, int offset, int length, long now) {
      anything = true;
      int payload = offset + length - 88;
      if (BigEndian.i32(bytes, payload + 8) >= first) {
        delay[count.get()] = System.nanoTime() - BigEndian.i64(bytes, payload);
        count.incrementAndGet();
      }
    }

    int lost() {
      return said - first - count.get();
    }

    Delays delays(int from, int packets) {
      long[] some = Arrays.copyOfRange(delay, from, from + packets);
      Arrays.sort(some);
      return new Delays(some[packets / 2] / 1e6, some[packets * 99 / 100] / 1e6);
    }
  }

  /// Of all kinds: media and handshakes of who was never checked, checks for nobody, noise.
  private static final class Junk {
    final AtomicLong sent = new AtomicLong();

    /// At once, when it was held up itself.
    private static final int MOST = 500;

    private final Loop loop;
    private final Path path;
    private final Random random = new Random(8);
    private final byte[][] kinds = new byte[64][];
    private final Timer timer;
    private AtomicBoolean over = new AtomicBoolean(true);
    private long begun;

    Junk(Loop loop, int port) throws Exception {
      this.loop = loop;
      UdpSocket socket =
          loop.open(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              UdpOptions.defaults(),
              (_, _, _, _) -> {});
      path = socket.path(Address.parse("127.0.0.1", port));
      timer = loop.timer(this::send);
      // Each longer than the one before, so that the kernel makes a datagram of each.
      for (int i = 0; i < kinds.length; i++) {
        kinds[i] = new byte[60 + i];
        random.nextBytes(kinds[i]);
        switch (i % 4) {
          case 0 -> kinds[i][0] = (byte) 0x80;
          case 1 -> kinds[i][0] = 22;
          case 2 -> check(kinds[i]);
          default -> {}
        }
      }
    }

    /// A Binding request whose USERNAME is nobody's.
    private static void check(byte[] bytes) {
      bytes[0] = 0;
      bytes[1] = 1;
      bytes[2] = 0;
      bytes[3] = (byte) (bytes.length - 20 & ~3);
      BigEndian.put32(bytes, 4, 0x2112_A442);
      BigEndian.put32(bytes, 20, 0x0006_0010);
    }

    void begin(AtomicBoolean until) {
      over = until;
      begun = loop.now();
      send();
    }

    private void send() {
      long now = sent.get();
      long due = Math.min(now + MOST, (loop.now() - begun) * PER_SECOND / 1_000_000_000L);
      for (; now < due; now++) {
        byte[] bytes = kinds[(int) (now & 63)];
        path.send(bytes, 0, bytes.length);
      }
      sent.set(now);
      if (!over.get()) {
        timer.at(loop.now() + 1_000_000);
      }
    }
  }
}
