package dev.madang.server.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/// What happened at a door, counted by every loop.
final class Counters {
  final LongAdder requests = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder webSockets = new LongAdder();
  final LongAdder webSocketsOpened = new LongAdder();

  void register(MeterRegistry registry, IntSupplier connections) {
    Gauge.builder("madang.http.connections", connections::getAsInt)
        .description("TCP connections open now")
        .register(registry);
    Gauge.builder("madang.http.websockets", webSockets, LongAdder::sum)
        .description("WebSockets open now")
        .register(registry);
    FunctionCounter.builder("madang.http.websockets.opened", webSocketsOpened, LongAdder::sum)
        .register(registry);
    FunctionCounter.builder("madang.http.requests", requests, LongAdder::sum)
        .description("requests that reached a route")
        .register(registry);
    FunctionCounter.builder("madang.http.refused", refused, LongAdder::sum)
        .description("requests refused for their form, size, pace or origin")
        .register(registry);
  }
}
