package dev.madang.server.udp;

import dev.madang.net.Count;
import dev.madang.net.Loop;
import dev.madang.net.Path;
import dev.madang.net.Receiver;
import dev.madang.net.Traffic;
import dev.madang.net.UdpOptions;
import dev.madang.net.UdpSocket;
import dev.madang.protocol.stun.Addressee;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The one UDP port on which everything arrives: STUN and TURN by [#onRelay], media by [#onMedia],
/// measurements by [#onProbe]. Its methods may be called from any thread that may wait.
///
/// Each loop has a socket on the port, over which the kernel spreads the far ends: one far end
/// stays with its loop for life.
public final class UdpDoor implements AutoCloseable {
  /// @param host the address to listen on; empty = all, IPv4 and IPv6
  /// @param port 0 takes any free one
  /// @param threads loops, each with a socket on the port; 0 = one a core
  /// @param plainSockets whether to leave the Linux system calls alone and use Java's sockets
  public record Config(String host, int port, int threads, boolean plainSockets) {
    public Config {
      require(port >= 0 && port <= 0xFFFF, "port is not between 0 and 65535");
      require(threads >= 0, "threads is negative");
    }

    public static Config defaults() {
      return new Config("", 7700, 0, false);
    }

    public Config withPort(int number) {
      return new Config(host, number, threads, plainSockets);
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }

  private final List<Loop> loops = new ArrayList<>();
  private final List<Sorter> sorters = new ArrayList<>();
  private final List<Runnable> uncount = new ArrayList<>();
  private int port;

  private UdpDoor() {}

  /// Listens; until somebody takes what arrives it is dropped.
  ///
  /// @throws IOException when the port cannot be used
  public static UdpDoor open(Config config) throws IOException {
    UdpDoor door = new UdpDoor();
    try {
      door.listen(config);
    } catch (IOException | RuntimeException refused) {
      door.close();
      throw refused;
    }
    return door;
  }

  private void listen(Config config) throws IOException {
    Loop.Way way = config.plainSockets() ? Loop.Way.CHANNELS : Loop.Way.here();
    int threads =
        config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
    for (int i = 0; i < (way == Loop.Way.KERNEL ? threads : 1); i++) {
      Loop loop = Loop.start("madang-udp-" + i, way);
      loops.add(loop);
      sorters.add(new Sorter());
    }
    InetSocketAddress address = new InetSocketAddress(host(config.host()), config.port());
    List<UdpSocket> sockets =
        Loop.openShared(loops, address, BUFFERS, loop -> sorters.get(loops.indexOf(loop)));
    for (int i = 0; i < sockets.size(); i++) {
      sorters.get(i).socket = sockets.get(i);
    }
    port = sockets.getFirst().local().getPort();
  }

  private static InetAddress host(String configured) throws IOException {
    return InetAddress.getByName(configured.isEmpty() ? hasIpv6() ? "::" : "0.0.0.0" : configured);
  }

  private static boolean hasIpv6() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .anyMatch(Inet6Address.class::isInstance);
  }

  /// The port in use.
  public int port() {
    return port;
  }

  /// In their order; [#socket] has one for each.
  public List<Loop> loops() {
    return List.copyOf(loops);
  }

  /// The socket of a loop; to be used on that loop.
  public UdpSocket socket(Loop loop) {
    UdpSocket socket = sorters.get(loops.indexOf(loop)).socket;
    if (socket == null) {
      throw new IllegalStateException("this loop has no socket");
    }
    return socket;
  }

  /// Who takes STUN and TURN, for each loop; called on it.
  public void onRelay(Function<Loop, Receiver> receivers) throws IOException {
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      Sorter sorter = sorters.get(i);
      loop.ask(() -> sorter.relay = receivers.apply(loop));
    }
  }

  /// Who takes connectivity checks, DTLS, RTP and RTCP, for each loop; called on it.
  public void onMedia(Function<Loop, Receiver> receivers) throws IOException {
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      Sorter sorter = sorters.get(i);
      loop.ask(() -> sorter.media = receivers.apply(loop));
    }
  }

  /// Who takes the probes of a measurement, for each loop; called on it.
  public void onProbe(Function<Loop, Receiver> receivers) throws IOException {
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      Sorter sorter = sorters.get(i);
      loop.ask(() -> sorter.probe = receivers.apply(loop));
    }
  }

  /// Tells what passes through this door.
  public void countIn(MeterRegistry registry) {
    count(registry, "packets.in", "Datagrams received", it -> it.packetsIn.value());
    count(registry, "packets.out", "Datagrams sent", it -> it.packetsOut.value());
    count(
        registry,
        "dropped.full",
        "Datagrams the kernel had no room for",
        it -> it.droppedFull.value());
    count(registry, "send.refused", "Datagrams the kernel refused", it -> it.refused.value());
    keep(
        registry,
        FunctionCounter.builder(
                "madang.udp.rubbish",
                sorters,
                all -> all.stream().mapToLong(sorter -> sorter.rubbish.value()).sum())
            .description("Datagrams of no protocol that is spoken here")
            .register(registry));
  }

  private void count(
      MeterRegistry registry, String name, String description, ToLongFunction<Traffic> counter) {
    keep(
        registry,
        FunctionCounter.builder(
                "madang.udp." + name,
                loops,
                all -> all.stream().mapToLong(loop -> counter.applyAsLong(loop.traffic())).sum())
            .description(description)
            .register(registry));
  }

  private void keep(MeterRegistry registry, Meter meter) {
    uncount.add(() -> registry.remove(meter));
  }

  /// Ends the loops with all that lives on them; returns when they have.
  @Override
  public void close() {
    uncount.forEach(Runnable::run);
    loops.forEach(Loop::close);
  }

  /// Hands what a socket receives to whom it is for; on its loop.
  private static final class Sorter implements Receiver {
    final Count rubbish = new Count();
    Receiver relay = this::drop;
    Receiver media = this::drop;
    Receiver probe = this::drop;
    volatile @Nullable UdpSocket socket;

    @Override
    public void receive(Path from, byte[] bytes, int offset, int length) {
      switch (Addressee.of(bytes, offset, length)) {
        case MEDIA -> media.receive(from, bytes, offset, length);
        case RELAY -> relay.receive(from, bytes, offset, length);
        case PROBE -> probe.receive(from, bytes, offset, length);
        case NOBODY -> rubbish.add(1);
      }
    }

    private void drop(Path from, byte[] bytes, int offset, int length) {
      rubbish.add(1);
    }
  }

  /// What arrives while a loop is held up for a tenth of a second, junk at full speed included.
  private static final UdpOptions BUFFERS = UdpOptions.defaults().withBuffers(1 << 24, 1 << 22);
}
