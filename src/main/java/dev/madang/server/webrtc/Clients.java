package dev.madang.server.webrtc;

import dev.madang.net.Loop;
import dev.madang.net.TcpLoops;
import dev.madang.net.UdpOptions;
import dev.madang.net.dtls.Dtls;
import dev.madang.net.dtls.DtlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Far ends of our own, on loops of their own: for tests, for measuring, for programs that take
/// part. Any thread that may wait.
public final class Clients implements AutoCloseable {
  private final List<Loop> loops = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final SecureRandom random = new SecureRandom();
  private final Dtls dtls;
  private final Transports transports;
  private final @Nullable TcpLoops tcp;
  private final UdpOptions options;

  /// @param threads loops, each with many clients
  /// @param tcp for clients that come by TCP; null = there are none
  public Clients(int threads, @Nullable TcpLoops tcp) throws IOException {
    this(threads, tcp, UdpOptions.defaults());
  }

  /// @param options of their sockets
  public Clients(int threads, @Nullable TcpLoops tcp, UdpOptions options) throws IOException {
    this.options = options;
    for (int i = 0; i < threads; i++) {
      loops.add(Loop.start("madang-client-" + i));
    }
    this.tcp = tcp;
    dtls =
        new Dtls(
            DtlsIdentity.make(Instant.now(), random),
            new Dtls.Config(10_000, 10_000, Duration.ofSeconds(30), Duration.ofMillis(200)));
    transports = Transports.ofClients(dtls);
  }

  /// A client that has not offered yet.
  ///
  /// @param from the address of this machine that it sends from
  /// @param overTcp whether it comes by TCP and not by UDP
  public ClientSession open(InetAddress from, boolean overTcp, ClientSession.Output output)
      throws IOException {
    if (overTcp && tcp == null) {
      throw new IllegalStateException("no loops for TCP");
    }
    Loop loop = loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    ClientSession session =
        new ClientSession(transports, loop, random, overTcp ? tcp : null, output);
    loop.ask(() -> session.open(from, options));
    return session;
  }

  /// Ends every loop, and every client with it.
  @Override
  public void close() {
    loops.forEach(Loop::close);
    dtls.close();
  }
}
