package dev.madang.server.turn;

import dev.madang.net.Loop;
import dev.madang.net.StreamSocket;
import dev.madang.protocol.turn.Credentials;
import dev.madang.protocol.turn.TurnServer;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
import dev.madang.wire.Cidr;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// STUN and TURN: datagrams that the UDP door hands over, TCP and TLS on connections of the web's
/// door. Its methods may be called from any thread.
///
/// Each loop of the UDP door has an engine; an allocation with its relay stays on the loop of its
/// client for life.
public final class TurnDoor implements AutoCloseable {
  /// @param enabled whether there is one
  /// @param publicAddresses where peers reach the relays when that is not an address of this
  ///   machine (one-to-one NAT), at most one a family
  /// @param relayAddresses local addresses for relays, at most one a family; empty = the one that
  ///   the client reached
  /// @param relayPortMin the lowest UDP port of a relay
  /// @param relayPortMax the highest
  /// @param realm told to clients; part of every long-term key
  /// @param secret signs time-limited credentials; null = made by the first start and kept in the
  ///   data folder
  /// @param users long-term users
  /// @param credentialLifetime of those handed out with a join
  /// @param allowPeers ranges that relays may reach although they are private
  /// @param denyPeers ranges that they may not reach although they are public
  /// @param allocationsPerUser at a time; 0 = no limit, as in the two below
  /// @param allocationsPerAddress at a time, for one IPv4 address or IPv6 /64
  /// @param allocations in all
  /// @param maxLifetime the longest lifetime that a client gets by asking
  /// @param oldChannelNumbers whether channels 0x5000-0x7FFF of RFC 5766 may be bound
  /// @param repliesPerSecond answers to strangers, for each /24 or /56 of sources; 0 = no limit
  /// @param streamQueue bytes that may wait for one client over TCP that reads slowly
  /// @param streamPatience how long it may stay so slow that nothing fits, before it is closed
  public record Config(
      boolean enabled,
      List<String> publicAddresses,
      List<String> relayAddresses,
      int relayPortMin,
      int relayPortMax,
      String realm,
      @Nullable String secret,
      Map<String, String> users,
      Duration credentialLifetime,
      List<String> allowPeers,
      List<String> denyPeers,
      int allocationsPerUser,
      int allocationsPerAddress,
      int allocations,
      Duration maxLifetime,
      boolean oldChannelNumbers,
      int repliesPerSecond,
      int streamQueue,
      Duration streamPatience) {

    public Config {
      publicAddresses = List.copyOf(publicAddresses);
      relayAddresses = List.copyOf(relayAddresses);
      allowPeers = List.copyOf(allowPeers);
      denyPeers = List.copyOf(denyPeers);
      users = Map.copyOf(users);
      oneAFamily("public-addresses", publicAddresses);
      oneAFamily("relay-addresses", relayAddresses);
      allowPeers.forEach(Cidr::parse);
      denyPeers.forEach(Cidr::parse);
      require(
          relayPortMin > 0 && relayPortMin <= relayPortMax && relayPortMax <= 0xFFFF,
          "relay-port-min and relay-port-max are no range of ports");
      require(!realm.isEmpty() && realm.length() < 128, "realm is empty or too long");
      require(secret == null || secret.length() >= 16, "secret has less than 16 characters");
      require(streamQueue >= 65_536, "stream-queue is below 64 KiB, the length of one message");
    }

    public static Config defaults() {
      return new Config(
          true,
          List.of(),
          List.of(),
          49_152,
          65_535,
          "madang",
          null,
          Map.of(),
          Duration.ofHours(1),
          List.of(),
          List.of(),
          32,
          256,
          10_000,
          Duration.ofHours(1),
          false,
          200,
          262_144,
          Duration.ofSeconds(10));
    }

    private static void oneAFamily(String key, List<String> addresses) {
      long v6 = addresses.stream().filter(text -> Address.parse(text, 0).isV6()).count();
      require(v6 <= 1 && addresses.size() - v6 <= 1, key + " has two addresses of one family");
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }

  private final Config config;
  private final Credentials credentials;
  private final Holders holders;
  private final MeterRegistry meters;
  private final UdpDoor udp;
  private final Map<Loop, Station> stations = new LinkedHashMap<>();
  private final List<Station> order = new ArrayList<>();
  private final AtomicInteger nextStation = new AtomicInteger();
  private @Nullable Quotas quotas;
  private @Nullable TurnMetrics metrics;

  private TurnDoor(Config config, Credentials credentials, UdpDoor udp, MeterRegistry meters) {
    this.config = config;
    this.credentials = credentials;
    holders = new Holders(config.credentialLifetime().toSeconds());
    this.udp = udp;
    this.meters = meters;
  }

  /// Opens the door.
  ///
  /// @param udp which goes on after this door closes
  /// @param data where the secret of this install lives
  /// @param ownPorts UDP ports of this machine that no relay may reach, beside that of `udp`
  public static TurnDoor open(
      Config config, UdpDoor udp, Path data, Set<Integer> ownPorts, MeterRegistry meters)
      throws IOException {
    String secret = config.secret();
    if (secret == null) {
      secret = SecretFile.readOrMake(data.resolve("turn-secret"));
    }
    TurnDoor door =
        new TurnDoor(config, new Credentials(config.realm(), secret, config.users()), udp, meters);
    try {
      door.open(ownPorts);
    } catch (IOException | RuntimeException refused) {
      door.close();
      throw refused;
    }
    return door;
  }

  private void open(Set<Integer> ownPorts) throws IOException {
    LocalAddresses addresses =
        new LocalAddresses(
            config.relayAddresses().stream().map(text -> Address.parse(text, 0)).toList());
    Set<Integer> closed = new HashSet<>(ownPorts);
    closed.add(udp.port());
    Station.Shared shared = shared(addresses, closed);
    for (Loop loop : udp.loops()) {
      stations.put(loop, loop.ask(() -> new Station(loop, udp.socket(loop), shared)));
    }
    order.addAll(stations.values());
    udp.onRelay(loop -> Objects.requireNonNull(stations.get(loop))::receive);
    metrics = new TurnMetrics(meters, List.copyOf(order));
  }

  private Station.Shared shared(LocalAddresses addresses, Set<Integer> closed) {
    Quotas shared =
        new Quotas(
            config.allocationsPerUser(), config.allocationsPerAddress(), config.allocations());
    quotas = shared;
    SecureRandom random = new SecureRandom();
    byte[] nonceKey = new byte[32];
    random.nextBytes(nonceKey);
    return new Station.Shared(
        settings(),
        nonceKey,
        new Peers(config, addresses, closed, udp.port()),
        credentials,
        holders,
        shared,
        new RelayPorts(config.relayPortMin(), config.relayPortMax(), random),
        addresses);
  }

  private TurnServer.Settings settings() {
    TurnServer.Settings usual = TurnServer.Settings.of(config.realm());
    return new TurnServer.Settings(
        config.realm(),
        usual.defaultLifetime(),
        config.maxLifetime(),
        usual.nonceLifetime(),
        config.oldChannelNumbers(),
        usual.maxPermissions(),
        usual.maxChannels(),
        config.repliesPerSecond(),
        config.repliesPerSecond() * 4);
  }

  /// Allocations that live now.
  public long allocations() {
    return quotas == null ? 0 : quotas.all();
  }

  /// A user name and password that a client may allocate with until `expiry`.
  public record Grant(String username, String credential, Instant expiry) {
    @Override
    public String toString() {
      return "a grant for " + username;
    }
  }

  /// A time-limited credential; an allocation made with an earlier one of the same user goes on as
  /// long as this one holds. Quotas count by `user`, which goes over the wire in the clear.
  public Grant issue(String user) {
    long expiry = holders.issue(user, Station.unixSeconds());
    Credentials.Issued issued = credentials.issue(user, expiry);
    return new Grant(issued.username(), issued.password(), Instant.ofEpochSecond(expiry));
  }

  /// Ends what this user relays, and voids what it was issued until now.
  public void revoke(String user) {
    holders.revoke(user, Station.unixSeconds());
    stations.forEach((loop, station) -> loop.tell(() -> station.revoke(user)));
  }

  /// Takes over a TCP or TLS connection whose first byte is one of STUN, on the connection's loop;
  /// what was read already is fired through the pipeline afterwards.
  public void take(ChannelPipeline pipeline, boolean secure) {
    Channel channel = pipeline.channel();
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)
        || !(channel.localAddress() instanceof InetSocketAddress local)) {
      channel.close();
      return;
    }
    Station station = order.get(Math.floorMod(nextStation.getAndIncrement(), order.size()));
    StreamSocket socket =
        new StreamSocket(channel, station.loop(), config.streamQueue(), config.streamPatience());
    pipeline.addLast(
        socket.handler(new StreamClient(address(remote), address(local), socket, station)));
  }

  /// Ends every allocation and closes the sockets of all relays; returns when that is done.
  @Override
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
    try {
      udp.onRelay(_ -> (_, _, _, _) -> {});
      for (Map.Entry<Loop, Station> each : stations.entrySet()) {
        each.getKey().ask(each.getValue()::close);
      }
    } catch (IOException closed) {
      // Then the loops are gone, and every socket with them.
    }
  }

  private static Address address(InetSocketAddress address) {
    return Address.of(address.getAddress().getAddress(), address.getPort());
  }
}
