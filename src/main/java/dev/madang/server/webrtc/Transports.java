package dev.madang.server.webrtc;

import dev.madang.net.dtls.Dtls;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.wire.Address;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Every transport of one door, by the user name fragments that it answers to. Any thread.
final class Transports {
  private final MediaDoor.Config config;
  private final Dtls dtls;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, Transport> byKey = new ConcurrentHashMap<>();
  private final Map<Address, Integer> byNetwork = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger next = new AtomicInteger();
  private volatile List<Station> stations = List.of();

  Transports(MediaDoor.Config config, Dtls dtls) {
    this.config = config;
    this.dtls = dtls;
  }

  /// Those of our own clients, as many as there are.
  static Transports ofClients(Dtls dtls) {
    MediaDoor.Config usual = MediaDoor.Config.defaults();
    return new Transports(
        new MediaDoor.Config(
            true,
            List.of(),
            0,
            0,
            usual.connectTimeout(),
            usual.handshakes(),
            usual.handshakesPerAddress(),
            usual.voices(),
            true,
            usual.tcpQueue(),
            usual.tcpPatience()),
        dtls);
  }

  MediaDoor.Config config() {
    return config;
  }

  long connectNanos() {
    return config.connectTimeout().toNanos();
  }

  SecureRandom random() {
    return random;
  }

  Dtls dtls() {
    return dtls;
  }

  void stations(List<Station> all) {
    stations = List.copyOf(all);
  }

  List<Station> stations() {
    return stations;
  }

  /// A station for who has no preference, each in turn.
  Station any() {
    return stations.get(Math.floorMod(next.getAndIncrement(), stations.size()));
  }

  /// The transport that answers to this fragment ([IceCredentials#key]).
  @Nullable Transport find(long key) {
    return byKey.get(key);
  }

  /// Makes room for one more of this client; false when there are enough. A limit of 0 is none.
  boolean admit(Address client) {
    if (count.incrementAndGet() > config.transports() && config.transports() > 0) {
      count.decrementAndGet();
      return false;
    }
    int ofNetwork = byNetwork.merge(client.network(), 1, Integer::sum);
    if (ofNetwork > config.transportsPerAddress() && config.transportsPerAddress() > 0) {
      release(client);
      return false;
    }
    return true;
  }

  /// One of this client is over.
  void release(Address client) {
    byNetwork.computeIfPresent(client.network(), (_, held) -> held == 1 ? null : held - 1);
    count.decrementAndGet();
  }

  int count() {
    return count.get();
  }

  void add(IceCredentials local, Transport transport) {
    byKey.put(local.key(), transport);
  }

  void remove(IceCredentials local) {
    byKey.remove(local.key());
  }
}
