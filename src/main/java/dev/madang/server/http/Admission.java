package dev.madang.server.http;

import dev.madang.wire.Address;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who gets in. A process has so many descriptors and one address may take so many connections; who
/// comes after is told so and leaves. A part of the descriptors is kept back, for saying no and for
/// files. Called by every loop.
final class Admission {
  enum Verdict {
    WELCOME,
    /// To be told that there is no room.
    NO_ROOM,
    /// Not even that.
    GONE
  }

  private final int most;
  private final int mostOfAddress;
  private final int lastDescriptor;
  private final int mostTold;
  private final TrustedProxies proxies;
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger told = new AtomicInteger();
  private final ConcurrentHashMap<Address, Integer> byNetwork = new ConcurrentHashMap<>();
  private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

  Admission(HttpDoor.Limits limits, TrustedProxies proxies) {
    this(limits, proxies, descriptors());
  }

  /// With `descriptors` as the process's limit.
  Admission(HttpDoor.Limits limits, TrustedProxies proxies, int descriptors) {
    int reserve = Math.min(MOST_RESERVED, descriptors / 8);
    this.proxies = proxies;
    most = limits.connections() == 0 ? Integer.MAX_VALUE : limits.connections();
    mostOfAddress = limits.connectionsPerAddress();
    lastDescriptor = descriptors - reserve;
    mostTold = reserve / 2;
  }

  /// Decides over a fresh connection, and counts it until it closes.
  Verdict admit(Channel channel) {
    open.add(channel);
    Address network = network(channel);
    boolean crowded =
        network != null
            && byNetwork.merge(network, 1, Integer::sum) > mostOfAddress
            && mostOfAddress > 0;
    boolean full = open.size() - told.get() > most || descriptor(channel) >= lastDescriptor;
    boolean welcome = !crowded && !full;
    int waiting = welcome ? 0 : told.incrementAndGet();
    channel
        .closeFuture()
        .addListener(_ -> {
          open.remove(channel);
          if (network != null) {
            byNetwork.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
          }
          if (!welcome) {
            told.decrementAndGet();
          }
        });
    if (welcome) {
      return Verdict.WELCOME;
    }
    if (full) {
      sayFull();
    }
    return waiting > mostTold ? Verdict.GONE : Verdict.NO_ROOM;
  }

  Set<Channel> open() {
    return open;
  }

  /// One line a minute at most: who fills the server must not fill the log.
  void sayFull() {
    long now = System.nanoTime();
    long until = quietUntil.get();
    if (until - now <= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
      LOG.warn(
          "No room for more connections: {} are open. Raise the limit of open files (ulimit -n){}.",
          open.size(),
          most == Integer.MAX_VALUE ? "" : " or http.limits.connections");
    }
  }

  /// Connections through a proxy are many people's, and those of this machine are its own.
  private @Nullable Address network(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress far)
        || far.getAddress().isLoopbackAddress()
        || proxies.trusts(far)) {
      return null;
    }
    return Address.of(far.getAddress().getAddress(), 0).network();
  }

  /// The kernel gives out the lowest free number, so that one says how many are in use, whoever
  /// uses them.
  private int descriptor(Channel channel) {
    return channel instanceof UnixChannel unix ? unix.fd().intValue() : open.size();
  }

  private static int descriptors() {
    Path limits = Path.of("/proc/self/limits");
    try {
      if (Files.exists(limits)) {
        for (String line : Files.readAllLines(limits)) {
          if (line.startsWith("Max open files")) {
            String soft = line.substring(14).strip().split("\\s+")[0];
            return soft.equals("unlimited")
                ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
          }
        }
      }
    } catch (IOException e) {
      LOG.debug("The limit of open files is not known", e);
    }
    return Integer.MAX_VALUE;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
  private static final int MOST_RESERVED = 256;
  private static final long QUIET_NANOS = 60_000_000_000L;
}
