package dev.madang.server.http;

import dev.madang.net.TcpLoops;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.internal.PlatformDependent;
import java.util.List;

/// Numbers for Prometheus, on a port of their own that only this machine reaches by default: they
/// are nobody else's business.
public final class MetricsDoor implements AutoCloseable {
  /// @param port 0 takes any free one
  public record Config(boolean enabled, String host, int port) {
    public Config {
      if (port < 0 || port > 0xFFFF) {
        throw new IllegalArgumentException("port is not between 0 and 65535");
      }
    }

    public static Config defaults() {
      return new Config(true, "127.0.0.1", 7701);
    }
  }

  private final HttpDoor door;

  private MetricsDoor(HttpDoor door) {
    this.door = door;
  }

  /// Listens and answers `/metrics` and `/healthz`.
  ///
  /// @param hosts names to which it answers besides those of this machine
  /// @throws java.io.UncheckedIOException when the port cannot be used
  public static MetricsDoor open(
      Config config, List<String> hosts, TcpLoops loops, PrometheusMeterRegistry registry) {
    Router router =
        new Router()
            .get("/healthz", exchange -> exchange.respond(200, "ok"))
            .get(
                "/metrics",
                exchange ->
                    Thread.startVirtualThread(
                        () -> exchange.respond(200, PROMETHEUS_TEXT, registry.scrape())));
    HttpDoor.Config alone =
        new HttpDoor.Config(
            config.host(),
            config.port(),
            hosts,
            List.of(),
            List.of(),
            List.of(),
            Tls.Config.defaults(),
            HttpDoor.Limits.defaults());
    HttpDoor door = HttpDoor.open(alone, loops, router);
    Thread.startVirtualThread(() -> bindProcess(registry));
    return new MetricsDoor(door);
  }

  /// What the process itself uses. Asking the Java runtime for it the first time takes a while.
  private static void bindProcess(PrometheusMeterRegistry registry) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("madang.memory.direct", PlatformDependent::usedDirectMemory)
        .baseUnit("bytes")
        .register(registry);
  }

  public int port() {
    return door.port();
  }

  @Override
  public void close() {
    door.close();
  }

  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
}
