package dev.madang.protocol.ice;

import dev.madang.protocol.ice.IceAgent.Role;
import dev.madang.protocol.ice.IceCandidate.Transport;
import dev.madang.rig.Node;
import dev.madang.rig.Seed;
import dev.madang.rig.SimulatedNetwork;
import dev.madang.wire.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Agents in a simulated network: the doors of the tests. */
final class IceWorld {
  final SimulatedNetwork network;
  final RandomGenerator random;
  final Seed seed;

  IceWorld(Seed seed) {
    this.seed = seed;
    network = new SimulatedNetwork(seed);
    random = seed.random();
  }

  /** A UDP path as an agent sees it. */
  record Way(Address near, Address far) {}

  IceCredentials credentials() {
    return IceCredentials.random(random);
  }

  static Address address(String ip) {
    return Address.parse(ip, 7700);
  }

  static IceCandidate host(String ip) {
    return IceCandidate.host(address(ip), Transport.UDP, 65_535);
  }

  /** A server with one address. */
  final class Lite implements IceLite.Output<Way>, Node {
    final Address at;
    IceCredentials credentials = credentials();
    final IceLite<Way> ice;
    final List<Way> selections = new ArrayList<>();
    long lostAt = Long.MAX_VALUE;
    int sent;
    int longest;

    Lite(String ip) {
      at = address(ip);
      ice = new IceLite<>(credentials, this, network.now());
      network.bind(
          at,
          (from, bytes, now) -> ice.receive(new Way(at, from), from, bytes, 0, bytes.length, now));
      network.join(this);
    }

    IceCandidate candidate() {
      return IceCandidate.host(at, Transport.UDP, 65_535);
    }

    void restart() {
      credentials = credentials();
      ice.restart(credentials);
    }

    @Override
    public void send(Way to, byte[] bytes, int offset, int length) {
      sent++;
      longest = Math.max(longest, length);
      network.send(to.near, to.far, bytes, offset, length);
    }

    @Override
    public void selected(Way to, long now) {
      selections.add(to);
    }

    @Override
    public void lost(long now) {
      lostAt = now;
    }

    @Override
    public void tick(long now) {
      ice.tick(now);
    }

    @Override
    public long deadline() {
      return ice.deadline();
    }
  }

  Lite lite(String ip) {
    return new Lite(ip);
  }

  /** A full agent with an address or more. */
  final class Full implements IceAgent.Output<Way>, Node {
    IceCredentials credentials = credentials();
    final IceAgent<Way> ice;
    final Map<Address, IceCandidate> locals = new HashMap<>();
    final List<Way> selections = new ArrayList<>();
    final Set<Address> askedFor = new HashSet<>();
    final List<IceCandidate> connecting = new ArrayList<>();
    long lostAt = Long.MAX_VALUE;
    int sent;

    Full(Role role, String... ips) {
      ice = new IceAgent<>(credentials, role, random, this, network.now());
      Arrays.stream(ips).forEach(this::addLocal);
      network.join(this);
    }

    void addLocal(String ip) {
      Address at = address(ip);
      IceCandidate candidate = IceCandidate.host(at, Transport.UDP, 65_535 - locals.size());
      locals.put(at, candidate);
      network.bind(
          at,
          (from, bytes, now) ->
              ice.receive(candidate, new Way(at, from), from, bytes, 0, bytes.length, now));
      ice.addLocal(candidate, network.now());
    }

    void knows(Lite server) {
      ice.setRemote(server.credentials, true, network.now());
      ice.addRemote(server.candidate(), network.now());
    }

    void knows(Full other) {
      ice.setRemote(other.credentials, false, network.now());
    }

    void knowsCandidatesOf(Full other) {
      other.locals.values().forEach(candidate -> ice.addRemote(candidate, network.now()));
    }

    void restart() {
      credentials = credentials();
      ice.restart(credentials, network.now());
    }

    boolean isConnected() {
      return ice.selected() != null;
    }

    @Override
    public @Nullable Way way(IceCandidate local, IceCandidate remote) {
      if (local.transport().isTcp()) {
        connecting.add(remote);
        return null;
      }
      askedFor.add(remote.address());
      return new Way(local.address(), remote.address());
    }

    @Override
    public void send(Way to, byte[] bytes, int offset, int length) {
      sent++;
      network.send(to.near, to.far, bytes, offset, length);
    }

    @Override
    public void selected(Way to, long now) {
      selections.add(to);
    }

    @Override
    public void lost(long now) {
      lostAt = now;
    }

    @Override
    public void tick(long now) {
      ice.tick(now);
    }

    @Override
    public long deadline() {
      return ice.deadline();
    }
  }

  Full full(Role role, String... ips) {
    return new Full(role, ips);
  }

  /** A server and a client that know each other. */
  Full clientOf(Lite server, String... ips) {
    Full client = full(Role.CONTROLLING, ips);
    client.knows(server);
    server.ice.setRemote(client.credentials);
    return client;
  }

  void untilConnected(Full... agents) {
    network.driveUntil(
        () -> Arrays.stream(agents).allMatch(Full::isConnected), Duration.ofSeconds(30));
  }

  void drive(double seconds) {
    network.drive(Duration.ofNanos((long) (seconds * 1e9)));
  }
}
