package dev.madang.server.compare;

import dev.madang.wire.Address;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Who may measure now. Giving out is locked, looking up is not: packets do that.
final class Grants {
  private final CompareDoor.Config config;
  private final ScheduledExecutorService timer;
  private final SecureRandom random = new SecureRandom();
  private final Map<Token, Grant> all = new ConcurrentHashMap<>();

  /// @param timer ends them
  Grants(CompareDoor.Config config, ScheduledExecutorService timer) {
    this.config = config;
    this.timer = timer;
  }

  /// A new one, or null when there are as many as there may be. One that ended early counts until
  /// its time is over: what a network gets in that time has a bound.
  ///
  /// @param loss the share of packets that its data channels lose on purpose
  synchronized @Nullable Grant give(Address address, double loss, long now) {
    all.values().removeIf(grant -> grant.until() - now <= 0);
    Address network = address.network();
    int here = 0;
    for (Grant each : all.values()) {
      if (each.network.equals(network)) {
        here++;
      }
    }
    if (all.size() >= config.grants() || here >= config.grantsPerAddress()) {
      return null;
    }
    Grant grant =
        new Grant(
            new Token(random.nextLong(), random.nextLong()),
            address,
            network,
            loss,
            now + config.lasting().toNanos(),
            config.bytes());
    all.put(grant.token, grant);
    timer.schedule(grant::end, config.lasting().toNanos(), TimeUnit.NANOSECONDS);
    return grant;
  }

  @Nullable Grant find(@Nullable Token token, long now) {
    Grant grant = token == null ? null : all.get(token);
    return grant != null && grant.good(now) ? grant : null;
  }
}
