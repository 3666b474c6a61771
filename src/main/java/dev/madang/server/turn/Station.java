package dev.madang.server.turn;

import dev.madang.net.Loop;
import dev.madang.net.Path;
import dev.madang.net.Timer;
import dev.madang.net.UdpOptions;
import dev.madang.net.UdpSocket;
import dev.madang.protocol.turn.Account;
import dev.madang.protocol.turn.Credentials;
import dev.madang.protocol.turn.PeerPolicy;
import dev.madang.protocol.turn.Relay;
import dev.madang.protocol.turn.TurnServer;
import dev.madang.wire.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/// The engine of one loop with its sockets; lives on that loop's thread.
final class Station implements TurnServer.Output {
  private final Loop loop;
  private final UdpSocket clients;
  private final Shared shared;
  private final TurnServer engine;
  private final Timer wakeup;
  private final Timer counting;
  private PeerPolicy policy;
  // The address of this machine that the client spoke to whose message is being read.
  private @Nullable Address reached;
  private volatile TurnServer.Counters counters;

  /// What the stations of one server have in common; any thread.
  record Shared(
      TurnServer.Settings settings,
      byte[] nonceKey,
      Peers peers,
      Credentials credentials,
      Holders holders,
      Quotas quotas,
      RelayPorts ports,
      LocalAddresses addresses) {}

  /// @param clients who speak to this socket
  Station(Loop loop, UdpSocket clients, Shared shared) {
    this.loop = loop;
    this.clients = clients;
    this.shared = shared;
    policy = shared.peers.policy();
    engine = new TurnServer(shared.settings, shared.nonceKey, policy, this);
    wakeup = loop.timer(this::tick);
    counting = loop.timer(this::count);
    counters = engine.counters();
    count();
  }

  /// A datagram of a client.
  void receive(Path from, byte[] bytes, int offset, int length) {
    reached = from.local();
    engine.receive(from.remote(), bytes, offset, length, loop.now());
    wakeup.at(engine.deadline());
  }

  void receive(StreamClient from, byte[] bytes) {
    reached = from.reached();
    engine.receive(from, bytes, 0, bytes.length, loop.now());
    wakeup.at(engine.deadline());
  }

  void gone(StreamClient client) {
    engine.gone(client, loop.now());
    wakeup.at(engine.deadline());
  }

  void revoke(String user) {
    engine.revoke(user);
    wakeup.at(engine.deadline());
  }

  void receivePeer(RelaySocket relay, Address peer, byte[] bytes, int offset, int length) {
    engine.receivePeer(relay, peer, bytes, offset, length, loop.now());
  }

  /// Whether data from a relay to this address would go to this machine itself, without a rule that
  /// allows it.
  boolean isOwn(Address peer) {
    return shared.peers.isOwn(peer);
  }

  /// Where a relay bound to `local` reaches our media door, if that is what `peer` is.
  @Nullable Address door(Address peer, Address local) {
    return shared.peers.door(peer, local);
  }

  RelayPorts ports() {
    return shared.ports;
  }

  long now() {
    return loop.now();
  }

  Timer timer(Runnable due) {
    return loop.timer(due);
  }

  Loop loop() {
    return loop;
  }

  /// As of the last second; any thread.
  TurnServer.Counters counters() {
    return counters;
  }

  /// Answers what it counted.
  TurnServer.Counters close() {
    wakeup.cancel();
    counting.cancel();
    engine.close();
    counters = engine.counters();
    return counters;
  }

  @Override
  public void send(Address client, byte[] bytes, int offset, int length) {
    clients.path(client).send(bytes, offset, length);
  }

  @Override
  public boolean relays(boolean v6) {
    return shared.addresses.relay(v6, reached) != null;
  }

  @Override
  public @Nullable Relay open(boolean v6, int port) {
    Address host = shared.addresses.relay(v6, reached);
    if (host == null) {
      return null;
    }
    RelaySocket[] opened = new RelaySocket[1];
    if (port > 0) {
      opened[0] = shared.ports.holds(port) ? open(host.withPort(port)) : null;
    } else {
      shared.ports.take(
          host,
          port == EVEN_PORT,
          free -> {
            opened[0] = open(host.withPort(free));
            return opened[0] != null;
          });
    }
    return opened[0];
  }

  private @Nullable RelaySocket open(Address local) {
    RelaySocket relay = new RelaySocket(this, local, shared.peers.seen(local));
    try {
      relay.opened(loop.open(socketAddress(local), RELAY, relay));
      return relay;
    } catch (IOException _) {
      // Taken by another program, or there are no descriptors left.
      return null;
    }
  }

  @Override
  public @Nullable Account account(String username) {
    // Asked for once a request, before it is judged: the time to notice a new network.
    PeerPolicy now = shared.peers.policy();
    if (now != policy) {
      policy = now;
      engine.policy(now);
    }
    Account account = shared.credentials.account(username, unixSeconds());
    return account != null
            && shared.holders.mayBegin(account.user(), shared.credentials.ends(username))
        ? account
        : null;
  }

  @Override
  public boolean mayGoOn(String username, Account account) {
    return shared.holders.mayGoOn(account.user(), shared.credentials.ends(username), unixSeconds());
  }

  static long unixSeconds() {
    return System.currentTimeMillis() / 1000;
  }

  @Override
  public boolean admit(String user, Address client) {
    return shared.quotas.admit(user, client);
  }

  @Override
  public void release(String user, Address client) {
    shared.quotas.release(user, client);
  }

  private void tick() {
    engine.tick(loop.now());
    wakeup.at(engine.deadline());
  }

  private void count() {
    counters = engine.counters();
    counting.at(loop.now() + COUNTING_NANOS);
  }

  static InetSocketAddress socketAddress(Address address) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.ip()), address.port());
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static final UdpOptions RELAY = UdpOptions.defaults().withBuffers(1 << 19, 1 << 19);
  private static final long COUNTING_NANOS = 1_000_000_000L;
}
