package dev.madang.compare;

import dev.madang.net.Tun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Two network namespaces of this machine, a client's and a server's, joined by a link that this
/// process drives: whatever crosses it, TCP included, meets real loss and delay. Linux and root.
public final class Lab implements AutoCloseable {
  public static final String SERVER = "10.77.0.1";
  private static final String CLIENT = "10.77.0.2";

  private final String name = "madang-" + ProcessHandle.current().pid();
  private final List<AutoCloseable> opened = new ArrayList<>();

  /// Why there can be none here, or null.
  public static @Nullable String missing() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return "--lab needs Linux: it makes network namespaces.";
    } else if (!"root".equals(System.getProperty("user.name"))) {
      return "--lab needs root, to make network namespaces: run it by sudo. Without, the page"
          + " /compare has a relay that loses UDP only.";
    } else if (!Files.exists(Path.of("/dev/net/tun"))) {
      return "--lab needs /dev/net/tun, which this kernel does not have.";
    }
    return null;
  }

  /// Makes it.
  ///
  /// @param network as `loss=2%,rtt=80ms,jitter=5ms,rate=10mbit,reorder=1%,seed=7`
  /// @throws IllegalArgumentException with a sentence when that says no network
  public Lab(String network) throws IOException, InterruptedException {
    this(Link.Settings.parse(network));
  }

  private Lab(Link.Settings settings) throws IOException, InterruptedException {
    try {
      Tun server = end("s", SERVER, CLIENT);
      Tun client = end("c", CLIENT, SERVER);
      carry(server, client, new Link(settings, 0));
      carry(client, server, new Link(settings, 1));
    } catch (IOException | InterruptedException | RuntimeException failed) {
      close();
      throw failed;
    }
  }

  private Tun end(String side, String address, String peer)
      throws IOException, InterruptedException {
    String namespace = namespace(side);
    String device = "md" + side + Long.toString(ProcessHandle.current().pid() % 100_000);
    ip("netns", "add", namespace);
    opened.add(() -> ip("netns", "delete", namespace));
    Tun tun = new Tun(device);
    opened.add(tun);
    ip("link", "set", device, "netns", namespace);
    ip("-n", namespace, "addr", "add", address, "peer", peer, "dev", device);
    ip("-n", namespace, "link", "set", "lo", "up");
    ip("-n", namespace, "link", "set", device, "mtu", "1500", "up");
    // What Linux, Windows and macOS do unless told otherwise, whatever this machine was told.
    ip(
        "-n", namespace, "route", "replace", peer, "dev", device, "src", address, "congctl",
        "cubic");
    return tun;
  }

  /// What a network's words say, for the report.
  public static Map<String, Object> describe(String network) {
    return Link.Settings.parse(network).plain();
  }

  private String namespace(String side) {
    return name + side;
  }

  /// The words that run a command beside the server, or beside the client.
  public List<String> beside(boolean server) {
    return List.of("ip", "netns", "exec", namespace(server ? "s" : "c"));
  }

  private static void ip(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectInput(nothing()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
  }

  private static ProcessBuilder.Redirect nothing() {
    return ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile());
  }

  /// A packet on its way.
  private record Travelling(byte[] bytes, int length, long arrives, long number) {}

  /// Two threads: one reads and decides, one waits and writes.
  private void carry(Tun from, Tun to, Link link) {
    PriorityQueue<Travelling> way =
        new PriorityQueue<>(
            Comparator.comparingLong(Travelling::arrives).thenComparingLong(Travelling::number));
    AtomicLong numbers = new AtomicLong();
    Thread writer =
        Thread.ofPlatform().daemon().name("compare-link-out").unstarted(() -> write(way, to));
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .name("compare-link-in")
            .unstarted(() -> {
              byte[] packet = new byte[MOST];
              while (true) {
                int length = from.read(packet);
                if (length < 0) {
                  writer.interrupt();
                  return;
                }
                long arrives = length == 0 ? Link.LOST : link.passes(length, System.nanoTime());
                if (arrives != Link.LOST) {
                  synchronized (way) {
                    way.add(
                        new Travelling(
                            Arrays.copyOf(packet, length),
                            length,
                            arrives,
                            numbers.getAndIncrement()));
                  }
                  LockSupport.unpark(writer);
                }
              }
            });
    writer.start();
    reader.start();
  }

  private static void write(PriorityQueue<Travelling> way, Tun to) {
    while (!Thread.interrupted()) {
      Travelling next;
      long now = System.nanoTime();
      synchronized (way) {
        next = way.peek();
        if (next != null && next.arrives() - now <= 0) {
          way.poll();
        }
      }
      if (next == null) {
        LockSupport.park();
      } else if (next.arrives() - now > 0) {
        LockSupport.parkNanos(next.arrives() - now);
      } else {
        to.write(next.bytes(), next.length());
      }
    }
  }

  @Override
  public void close() {
    for (AutoCloseable each : opened.reversed()) {
      try {
        each.close();
      } catch (Exception _) {
        // What is gone already need not go.
      }
    }
    opened.clear();
  }

  private static final int MOST = 65_536;
  private static final int PATIENCE_SECONDS = 10;
}
