package dev.madang.protocol.turn;

import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.rig.Node;
import dev.madang.rig.Seed;
import dev.madang.rig.SimulatedNetwork;
import dev.madang.rig.SimulatedStream;
import dev.madang.wire.Address;
import dev.madang.wire.Bytes;
import dev.madang.wire.Cidr;
import java.nio.charset.StandardCharsets;
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

/// A TURN server's engine with its clients and peers in a simulated network: the door of the tests.
final class TurnWorld implements TurnServer.Output, Node {
  final Seed seed;
  final SimulatedNetwork network;
  final TurnServer server;
  final RandomGenerator random;
  final List<OpenRelay> relays = new ArrayList<>();

  final Map<String, Integer> admitted = new HashMap<>();
  final Credentials credentials =
      new Credentials("madang", "north", Map.of("ann", "secret", "bob", "hidden"));

  int quota = 10;
  int portsLeft = Integer.MAX_VALUE;
  boolean v4 = true;
  boolean v6 = true;
  long unixSeconds = 1_800_000_000L;
  int accountsAsked;

  /** Users who hold newer credentials than those they began with, and who may relay no more. */
  final Set<String> renewed = new HashSet<>();

  final Set<String> revoked = new HashSet<>();
  int sentToClients;
  long bytesToStrangers;
  private int nextPort = 49_152;

  TurnWorld(Seed seed) {
    this(seed, settings());
  }

  TurnWorld(Seed seed, TurnServer.Settings settings) {
    this(seed, settings, policy());
  }

  TurnWorld(Seed seed, TurnServer.Settings settings, PeerPolicy policy) {
    this.seed = seed;
    this.random = seed.random();
    this.network = new SimulatedNetwork(seed);
    this.server = new TurnServer(settings, new byte[32], policy, this);
    network.bind(SERVER, (from, bytes, now) -> server.receive(from, bytes, 0, bytes.length, now));
    network.join(this);
  }

  static TurnServer.Settings settings() {
    return TurnServer.Settings.of("madang");
  }

  static PeerPolicy policy() {
    return new PeerPolicy(List.of(), List.of(), List.of(SERVER), List.of(), Set.of(SERVER.port()));
  }

  static PeerPolicy allowing(String... ranges) {
    return new PeerPolicy(
        Arrays.stream(ranges).map(Cidr::parse).toList(),
        List.of(),
        List.of(SERVER),
        List.of(),
        Set.of(SERVER.port()));
  }

  // ---- the door -----------------------------------------------------------------------------

  final class OpenRelay extends Relay {
    private final Address address;
    boolean closed;

    OpenRelay(Address address) {
      this.address = address;
    }

    @Override
    public Address address() {
      return address;
    }

    @Override
    public void send(Address peer, byte[] bytes, int offset, int length) {
      network.send(address, peer, bytes, offset, length);
    }

    @Override
    public void close() {
      if (closed) {
        throw new AssertionError(address + " closed twice, " + seed);
      }
      closed = true;
      portsLeft++;
      network.unbind(address);
    }

    private void receive(Address from, byte[] bytes, long now) {
      byte[] roomy = new byte[TurnServer.HEADROOM + bytes.length + TurnServer.TAILROOM];
      System.arraycopy(bytes, 0, roomy, TurnServer.HEADROOM, bytes.length);
      server.receivePeer(this, from, roomy, TurnServer.HEADROOM, bytes.length, now);
    }
  }

  @Override
  public void send(Address client, byte[] bytes, int offset, int length) {
    sentToClients++;
    bytesToStrangers += length;
    network.send(SERVER, client, bytes, offset, length);
  }

  @Override
  public boolean relays(boolean v6) {
    return v6 ? this.v6 : v4;
  }

  @Override
  public @Nullable Relay open(boolean v6, int port) {
    if (portsLeft == 0) {
      return null;
    }
    portsLeft--;
    int chosen = port;
    if (port <= 0) {
      do {
        nextPort += port == EVEN_PORT ? 2 - nextPort % 2 : 1;
        chosen = nextPort;
      } while (network.isBound(RELAY_4.withPort(chosen))
          || network.isBound(RELAY_6.withPort(chosen)));
    }
    OpenRelay relay = new OpenRelay((v6 ? RELAY_6 : RELAY_4).withPort(chosen));
    network.bind(relay.address(), relay::receive);
    relays.add(relay);
    return relay;
  }

  @Override
  public @Nullable Account account(String username) {
    accountsAsked++;
    Account account = credentials.account(username, unixSeconds);
    return account == null || revoked.contains(account.user()) ? null : account;
  }

  @Override
  public boolean mayGoOn(String username, Account account) {
    return !revoked.contains(account.user())
        && (credentials.ends(username) > unixSeconds || renewed.contains(account.user()));
  }

  @Override
  public boolean admit(String user, Address client) {
    if (admitted.getOrDefault(user, 0) >= quota) {
      return false;
    }
    admitted.merge(user, 1, Integer::sum);
    return true;
  }

  @Override
  public void release(String user, Address client) {
    if (admitted.merge(user, -1, Integer::sum) < 0) {
      throw new AssertionError(user + " released more often than admitted, " + seed);
    }
  }

  @Override
  public void tick(long now) {
    server.tick(now);
  }

  @Override
  public long deadline() {
    return server.deadline();
  }

  /** Relays whose sockets are open. */
  long openRelays() {
    return relays.stream().filter(relay -> !relay.closed).count();
  }

  int admitted() {
    return admitted.values().stream().mapToInt(Integer::intValue).sum();
  }

  // ---- clients and peers --------------------------------------------------------------------

  TurnClient client() {
    return client(CLIENT, "ann", "secret");
  }

  TurnClient client(Address address, String username, String password) {
    TurnClient client =
        new TurnClient(
            username,
            password,
            false,
            random,
            (bytes, offset, length) -> network.send(address, SERVER, bytes, offset, length));
    network.bind(address, (from, bytes, now) -> client.receiveDatagram(bytes, now));
    network.join(client);
    return client;
  }

  static final class OpenConnection extends Connection {
    private @Nullable SimulatedStream toClient;
    boolean closed;
    long sent;

    OpenConnection(Address address) {
      super(address);
    }

    @Override
    public void send(byte[] bytes, int offset, int length) {
      sent += length;
      if (toClient != null) {
        toClient.send(bytes, offset, length);
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** A client that came by TCP, and its connection on the server's side. */
  record ByTcp(TurnClient client, OpenConnection connection) {}

  ByTcp tcpClient(Address address) {
    OpenConnection connection = new OpenConnection(address);
    SimulatedStream up =
        new SimulatedStream(
            network,
            seed,
            Duration.ofMillis(10),
            (bytes, now) -> server.receive(connection, bytes, 0, bytes.length, now));
    TurnClient client = new TurnClient("ann", "secret", true, random, up::send);
    connection.toClient =
        new SimulatedStream(network, seed, Duration.ofMillis(10), client::receiveStream);
    network.join(client);
    return new ByTcp(client, connection);
  }

  /** A host out there that answers every datagram with the same, after "re: ". */
  Peer peer(Address address) {
    Peer peer = new Peer(address);
    network.bind(address, peer::receive);
    return peer;
  }

  final class Peer {
    final Address address;
    final List<Address> heardFrom = new ArrayList<>();
    final List<Bytes> heard = new ArrayList<>();
    boolean answers = true;

    Peer(Address address) {
      this.address = address;
    }

    private void receive(Address from, byte[] bytes, long now) {
      heardFrom.add(from);
      heard.add(Bytes.of(bytes));
      if (answers) {
        byte[] answer = new byte[bytes.length + 4];
        System.arraycopy(text("re: "), 0, answer, 0, 4);
        System.arraycopy(bytes, 0, answer, 4, bytes.length);
        send(from, answer);
      }
    }

    void send(Address to, byte[] bytes) {
      network.send(address, to, bytes, 0, bytes.length);
    }
  }

  /** A client that has its allocation. */
  TurnClient allocated() {
    TurnClient client = client();
    allocate(client);
    return client;
  }

  void allocate(TurnClient client, StunAttribute... more) {
    client.allocate(network.now(), more);
    settle(client);
    if (client.relayed.isEmpty()) {
      throw new AssertionError("no allocation: " + client.answers + ", " + seed);
    }
  }

  /** Until the client has no question open. */
  void settle(TurnClient client) {
    network.driveUntil(() -> !client.isWaiting(), Duration.ofMinutes(2));
  }

  /** The code of the answer to a request, 0 = success. */
  int ask(TurnClient client, int method, StunAttribute... attributes) {
    client.request(method, true, network.now(), _ -> {}, attributes);
    settle(client);
    return client.lastError();
  }

  /** What the server says to these bytes, by itself, at once. */
  @Nullable StunMessage answerTo(Address from, byte[] bytes) {
    List<StunMessage> heard = new ArrayList<>();
    if (!network.isBound(from)) {
      network.bind(from, (_, answer, _) -> heard.add(StunMessage.read(answer, 0, answer.length)));
    }
    network.send(from, SERVER, bytes, 0, bytes.length);
    network.drive(Duration.ofMillis(100));
    network.unbind(from);
    return heard.isEmpty() ? null : heard.getFirst();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Bytes bytes(String text) {
    return Bytes.of(text(text));
  }

  static final Address SERVER = Address.parse("20.0.0.1", 3478);
  static final Address RELAY_4 = Address.parse("20.0.0.1", 0);
  static final Address RELAY_6 = Address.parse("2a00::1", 0);
  static final Address CLIENT = Address.parse("30.0.0.1", 5000);
  static final Address PEER = Address.parse("40.0.0.1", 6000);
  static final Address PEER_6 = Address.parse("2a01::1", 6000);
}
