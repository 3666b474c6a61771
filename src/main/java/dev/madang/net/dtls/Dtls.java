package dev.madang.net.dtls;

import dev.madang.protocol.sdp.Fingerprint;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/// The DTLS of one process: its identity, its limits, the virtual threads on which handshakes run.
/// For all threads.
public final class Dtls implements AutoCloseable {
  /// @param handshakes how many may be under way at once; over it, one of the network that has the
  ///   most gives way, or the ClientHello is dropped and will come again
  /// @param handshakesPerAddress the same for one IPv4 address or IPv6 /64
  /// @param deadline how long a session may take from [DtlsSession#start] to be established
  /// @param retransmission after how long a flight is sent again; doubled each time. A handshake
  ///   without progress for 25 times as long is given up
  public record Config(
      int handshakes, int handshakesPerAddress, Duration deadline, Duration retransmission) {
    public Config {
      require(handshakes > 0, "handshakes is not positive");
      require(handshakesPerAddress > 0, "handshakesPerAddress is not positive");
      require(deadline.toMillis() > 0, "deadline is not positive");
      require(retransmission.toMillis() > 0, "retransmission is not positive");
    }

    public static Config defaults() {
      return new Config(256, 32, Duration.ofSeconds(30), Duration.ofMillis(200));
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }

  private final CompletableFuture<DtlsIdentity> identity;
  private final Config config;
  private final HalfOpen<Handshake> halfOpen;
  private final SecureRandom random = new SecureRandom();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dtls-", 0).factory());
  final LongAdder established = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder dropped = new LongAdder();

  public Dtls(DtlsIdentity identity, Config config) {
    this(CompletableFuture.completedFuture(identity), config);
  }

  /// @param identity that may still be in the making, which takes up to a second in a new process;
  ///   who asks for it meanwhile waits
  public Dtls(CompletableFuture<DtlsIdentity> identity, Config config) {
    this.identity = identity;
    this.config = config;
    this.halfOpen =
        new HalfOpen<>(config.handshakes(), config.handshakesPerAddress(), Handshake::abort);
  }

  public DtlsIdentity identity() {
    return identity.join();
  }

  public Config config() {
    return config;
  }

  /// A session with one far end, that lives on the loop that `loop` tells. The far end's
  /// certificate must fit one of the fingerprints (sha-256, sha-384, sha-512).
  public DtlsSession session(
      DtlsSession.Role role, List<Fingerprint> expected, Executor loop, DtlsSession.Output output) {
    if (expected.isEmpty()) {
      throw new IllegalArgumentException("no fingerprint");
    }
    expected.forEach(CertificateHash::requireStrong);
    return new DtlsSession(this, role, List.copyOf(expected), loop, output);
  }

  /** Handshakes under way. */
  public int handshakes() {
    return halfOpen.count();
  }

  /** Handshakes that succeeded. */
  public long established() {
    return established.sum();
  }

  /** Handshakes that failed, each attempt counted. */
  public long failed() {
    return failed.sum();
  }

  /** Handshakes that did not begin because too many were under way. */
  public long refused() {
    return refused.sum();
  }

  /** Datagrams and records that were dropped: forged, repeated, too many, or no DTLS. */
  public long dropped() {
    return dropped.sum();
  }

  /** Waits for nothing: handshakes under way end by themselves, unheard. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  HalfOpen<Handshake> halfOpen() {
    return halfOpen;
  }

  SecureRandom random() {
    return random;
  }

  Executor threads() {
    return threads;
  }
}
