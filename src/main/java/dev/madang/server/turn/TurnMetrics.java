package dev.madang.server.turn;

import dev.madang.protocol.turn.TurnServer.Counters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// What the stations of one door count, as meters. Any thread.
final class TurnMetrics {
  private final MeterRegistry registry;
  private final List<Station> stations;
  private final List<Meter> meters = new ArrayList<>();

  TurnMetrics(MeterRegistry registry, List<Station> stations) {
    this.registry = registry;
    this.stations = stations;
    meters.add(
        Gauge.builder("madang.turn.allocations", this, it -> it.sum(Counters::allocations))
            .description("TURN allocations that live")
            .register(registry));
    count("allocated", "Allocations ever made", Counters::allocated);
    count("refused", "Allocate requests refused", Counters::refused);
    count("unauthorized", "Requests answered with 401 or 438", Counters::unauthorized);
    count("unanswered", "Replies to strangers withheld by the limit", Counters::unanswered);
    count("denied", "Peer addresses refused", Counters::denied);
    count("dropped", "Datagrams without sense or permission", Counters::dropped);
    count("packets.to.peers", "Datagrams relayed to peers", Counters::packetsToPeers);
    count("bytes.to.peers", "Payload relayed to peers", Counters::bytesToPeers);
    count("packets.to.clients", "Datagrams relayed to clients", Counters::packetsToClients);
    count("bytes.to.clients", "Payload relayed to clients", Counters::bytesToClients);
  }

  void close() {
    meters.forEach(registry::remove);
  }

  private void count(String name, String description, ToLongFunction<Counters> counter) {
    meters.add(
        FunctionCounter.builder("madang.turn." + name, this, it -> it.sum(counter))
            .description(description)
            .register(registry));
  }

  private double sum(ToLongFunction<Counters> counter) {
    return stations.stream().map(Station::counters).mapToLong(counter).sum();
  }
}
