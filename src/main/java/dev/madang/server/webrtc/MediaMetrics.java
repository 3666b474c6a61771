package dev.madang.server.webrtc;

import dev.madang.net.Count;
import dev.madang.net.dtls.Dtls;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// What the stations of one door count, as meters. Any thread.
final class MediaMetrics {
  private final MeterRegistry registry;
  private final Transports transports;
  private final List<Meter> meters = new ArrayList<>();

  MediaMetrics(MeterRegistry registry, Transports transports) {
    this.registry = registry;
    this.transports = transports;
    meters.add(
        Gauge.builder("madang.media.transports", transports, Transports::count)
            .description("Connections for media that exist, also those nobody came to yet")
            .register(registry));
    count("born", "Connections whose far end came", it -> it.born);
    count("connected", "Connections that were encrypted", it -> it.connected);
    count("ended", "Connections that ended", it -> it.ended);
    count("rtp.in", "RTP packets received", it -> it.rtpIn);
    count("rtp.bytes.in", "Bytes of RTP received", it -> it.rtpBytesIn);
    count("rtcp.in", "RTCP packets received", it -> it.rtcpIn);
    count("rtp.out", "RTP packets sent", it -> it.rtpOut);
    count("rtp.bytes.out", "Bytes of RTP sent", it -> it.rtpBytesOut);
    count("rtcp.out", "RTCP packets sent", it -> it.rtcpOut);
    count("strangers", "Datagrams of addresses that nobody vouched for", it -> it.strangers);
    count("forged", "Packets that were not made with the far end's key", it -> it.forged);
    count("replayed", "Packets that came twice", it -> it.replayed);
    count("dropped", "Packets too short, too long, or too early", it -> it.dropped);
    count("strayed", "Datagrams that another loop received", it -> it.strayed);
    count("unsent", "Packets without a way to their far end", it -> it.unsent);
    count("losses.asked", "Packets that senders were asked for again", it -> it.lossesAsked);
    count("keyframes.asked", "Keyframes that senders were asked for", it -> it.keyframesAsked);
    count("losses.heard", "Packets that receivers asked for again", it -> it.lossesHeard);
    count("repeated", "Packets sent again", it -> it.repeated);
    meters.add(
        Gauge.builder("madang.dtls.handshakes", transports.dtls(), Dtls::handshakes)
            .description("Handshakes under way")
            .register(registry));
    dtls("established", "Handshakes that succeeded", Dtls::established);
    dtls("failed", "Handshakes that failed", Dtls::failed);
    dtls("refused", "Handshakes over the limit", Dtls::refused);
    dtls("dropped", "Datagrams and records that were dropped", Dtls::dropped);
  }

  void close() {
    meters.forEach(registry::remove);
  }

  private void count(String name, String description, Function<Counters, Count> counter) {
    meters.add(
        FunctionCounter.builder(
                "madang.media." + name,
                transports,
                it ->
                    it.stations().stream()
                        .mapToLong(station -> counter.apply(station.counters).value())
                        .sum())
            .description(description)
            .register(registry));
  }

  private void dtls(String name, String description, ToDoubleFunction<Dtls> counter) {
    meters.add(
        FunctionCounter.builder("madang.dtls." + name, transports.dtls(), counter)
            .description(description)
            .register(registry));
  }
}
