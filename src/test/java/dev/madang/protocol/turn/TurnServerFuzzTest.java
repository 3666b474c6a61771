package dev.madang.protocol.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import dev.madang.wire.Address;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A server among clients who do everything, right and wrong, in any order, while time passes. It
/// never throws, relays to nobody it should not, and its books agree with its door's at every step.
class TurnServerFuzzTest {
  @Test
  void keepsItsBooksWhateverIsSaid() {
    LongAdder allocated = new LongAdder();
    LongAdder relayed = new LongAdder();
    Fuzz.each(
        60,
        seed -> {
          TurnServer.Counters counters = new Day(seed).run(1500);
          allocated.add(counters.allocated());
          relayed.add(Math.min(counters.packetsToPeers(), counters.packetsToClients()));
        });
    // The days are not spent at the gate.
    assertThat(allocated.sum()).isPositive();
    assertThat(relayed.sum()).isPositive();
  }

  private static final class Day implements TurnServer.Output {
    private final RandomGenerator random;
    private final List<byte[]> corpus = Fuzz.corpus("stun");
    private final PeerPolicy policy = TurnWorld.policy();
    private final TurnServer server;
    private final Map<String, Integer> admitted = new HashMap<>();
    private final List<Socket> open = new ArrayList<>();
    private final List<Guest> guests = new ArrayList<>();
    private final Map<Address, Guest> byAddress = new HashMap<>();
    private long now;
    private int nextPort = 50_000;
    private long token;

    // What a stranger got for what he sent.
    private boolean stranger;
    private long asked;
    private long answered;

    Day(Seed seed) {
      random = seed.random();
      now = random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L);
      TurnServer.Settings usual = TurnWorld.settings();
      server =
          new TurnServer(
              new TurnServer.Settings(
                  usual.realm(),
                  usual.defaultLifetime(),
                  usual.maxLifetime(),
                  Duration.ofMinutes(2),
                  random.nextBoolean(),
                  6,
                  4,
                  0,
                  0),
              new byte[16],
              policy,
              this);
      for (int i = 0; i < 6; i++) {
        guests.add(new Guest(Address.v4(0x1E00_0001 + i % 2, 100 + i), i % 3 == 2));
      }
      guests.add(new Guest(Address.parse("2a02::1", 7), false));
      guests.forEach(guest -> byAddress.put(guest.address, guest));
    }

    TurnServer.Counters run(int steps) {
      for (int i = 0; i < steps; i++) {
        step();
        check();
      }
      server.close();
      assertThat(open).isEmpty();
      assertThat(admitted.values()).allMatch(count -> count == 0);
      assertThat(server.deadline()).isEqualTo(Long.MAX_VALUE);
      assertThat(server.counters().allocations()).isZero();
      return server.counters();
    }

    private void check() {
      long held = server.counters().allocations();
      assertThat(admitted.values().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo((int) held);
      assertThat(open.stream().filter(socket -> socket.allocation != null).count())
          .isBetween(held, 2 * held);
      assertThat(server.deadline() == Long.MAX_VALUE).isEqualTo(held == 0 && open.isEmpty());
      // Five requests' worth at the most: 20 bytes of ALLOCATE are answered with 72.
      assertThat(answered).isLessThanOrEqualTo(asked * 4);
    }

    private void step() {
      Guest guest = guests.get(random.nextInt(guests.size()));
      stranger = false;
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3, 4, 5 -> guest.say(guest.request());
        case 6, 7 -> guest.say(Fuzz.mutate(guest.request(), random));
        case 8, 9 -> guest.say(guest.data());
        case 10 -> guest.say(Fuzz.mutate(guest.data(), random));
        case 11, 12 -> peerSpeaks();
        case 13 -> rubbish();
        case 14 -> {
          now += random.nextLong(Duration.ofSeconds(random.nextInt(20) == 0 ? 720 : 10).toNanos());
          if (random.nextBoolean()) {
            server.tick(now);
            assertThat(server.deadline() == Long.MAX_VALUE || server.deadline() - now > 0).isTrue();
          }
        }
        default -> {
          if (random.nextInt(8) == 0) {
            guest.hangUp();
          }
        }
      }
    }

    private void rubbish() {
      byte[] bytes = Fuzz.mutate(corpus.get(random.nextInt(corpus.size())), random);
      stranger = true;
      asked += bytes.length;
      server.receive(Address.v4(random.nextInt(), 9), bytes, 0, bytes.length, now);
    }

    private void peerSpeaks() {
      if (open.isEmpty()) {
        return;
      }
      Socket socket = open.get(random.nextInt(open.size()));
      int length = random.nextInt(40);
      byte[] roomy = new byte[TurnServer.HEADROOM + length + TurnServer.TAILROOM];
      server.receivePeer(socket, peer(), roomy, TurnServer.HEADROOM, length, now);
    }

    private Address peer() {
      return PEERS.get(random.nextInt(PEERS.size()));
    }

    /** A client that knows ann's password, and uses it as it likes. */
    private final class Guest {
      final Address address;
      final boolean byTcp;
      private Line line;
      private String nonce = "";
      private final List<byte[]> said = new ArrayList<>();

      Guest(Address address, boolean byTcp) {
        this.address = address;
        this.byTcp = byTcp;
        this.line = new Line(this);
      }

      void say(byte[] bytes) {
        if (!byTcp) {
          server.receive(address, bytes, 0, bytes.length, now);
          return;
        }
        byte[] padded = new ByteWriter().bytes(bytes).pad(4).toArray();
        int cut = random.nextInt(padded.length + 1);
        server.receive(line, padded, 0, cut, now);
        server.receive(line, padded, cut, padded.length - cut, now);
        if (line.closed) {
          line = new Line(this);
        }
      }

      void hangUp() {
        server.gone(line, now);
        line = new Line(this);
      }

      byte[] request() {
        if (!said.isEmpty() && random.nextInt(6) == 0) {
          return said.get(random.nextInt(said.size())); // a retransmission
        }
        List<StunAttribute> attributes = new ArrayList<>();
        int method = METHODS.get(random.nextInt(METHODS.size()));
        switch (method) {
          case StunMessage.ALLOCATE -> {
            attributes.add(new StunAttribute.RequestedTransport(random.nextInt(9) == 0 ? 6 : 17));
            maybe(attributes, 6, new StunAttribute.RequestedAddressFamily(random.nextInt(1, 4)));
            maybe(attributes, 4, new StunAttribute.AdditionalAddressFamily(2));
            maybe(attributes, 4, new StunAttribute.EvenPort(random.nextBoolean()));
            maybe(attributes, 6, new StunAttribute.ReservationToken(token));
          }
          case StunMessage.REFRESH -> {
            maybe(attributes, 6, new StunAttribute.RequestedAddressFamily(random.nextInt(1, 4)));
          }
          case StunMessage.CREATE_PERMISSION -> {
            attributes.add(new StunAttribute.XorPeerAddress(peer()));
            maybe(attributes, 3, new StunAttribute.XorPeerAddress(peer()));
          }
          default -> {
            attributes.add(new StunAttribute.ChannelNumber(random.nextInt(0x3FFF, 0x4004)));
            attributes.add(new StunAttribute.XorPeerAddress(peer()));
          }
        }
        maybe(attributes, 9, new StunAttribute.Lifetime(LIFETIMES[random.nextInt(4)]));
        maybe(
            attributes,
            30,
            new StunAttribute.Unknown(random.nextInt(0x10000) | 0x1000, Bytes.of()));
        maybe(attributes, 40, new StunAttribute.Data(Bytes.of(new byte[5])));
        String user = random.nextInt(8) == 0 ? "bob" : "ann";
        if (random.nextInt(12) != 0) {
          attributes.add(new StunAttribute.Username(user));
          attributes.add(new StunAttribute.Realm("madang"));
          attributes.add(new StunAttribute.Nonce(nonce));
        }
        StunMessage request =
            new StunMessage(
                StunMessage.Kind.REQUEST, method, TransactionId.random(random), attributes);
        IntegrityKey key = IntegrityKey.longTerm(user, "madang", "secret");
        byte[] bytes =
            random.nextInt(10) == 0
                ? request.writeSha256(key, true)
                : request.write(random.nextInt(12) == 0 ? null : key, random.nextBoolean());
        said.add(bytes);
        return bytes;
      }

      private void maybe(List<StunAttribute> attributes, int oneIn, StunAttribute attribute) {
        if (random.nextInt(oneIn) == 0) {
          attributes.add(attribute);
        }
      }

      byte[] data() {
        byte[] payload = new byte[random.nextInt(30)];
        return random.nextBoolean()
            ? new ByteWriter()
                .u16(random.nextInt(0x3FFF, 0x4004))
                .u16(payload.length)
                .bytes(payload)
                .toArray()
            : StunMessage.indication(
                    StunMessage.SEND,
                    TransactionId.random(random),
                    new StunAttribute.XorPeerAddress(peer()),
                    new StunAttribute.Data(Bytes.of(payload)))
                .write();
      }

      void hear(byte[] bytes, int offset, int length) {
        if ((bytes[offset] & 0xC0) == 0x40) {
          return;
        }
        StunMessage message = StunMessage.read(bytes, offset, length);
        if (message.first(StunAttribute.Nonce.class) instanceof StunAttribute.Nonce(String fresh)) {
          nonce = fresh;
        }
        if (message.first(StunAttribute.ReservationToken.class)
            instanceof StunAttribute.ReservationToken(long given)) {
          token = given;
        }
      }
    }

    private static final class Line extends Connection {
      private final Guest guest;
      private boolean closed;

      Line(Guest guest) {
        super(guest.address);
        this.guest = guest;
      }

      @Override
      public void send(byte[] bytes, int offset, int length) {
        assertThat(length % 4).isZero();
        guest.hear(bytes, offset, length);
      }

      @Override
      public void close() {
        closed = true;
      }
    }

    private final class Socket extends Relay {
      private final Address address;

      Socket(Address address) {
        this.address = address;
      }

      @Override
      public Address address() {
        return address;
      }

      @Override
      public void send(Address peer, byte[] bytes, int offset, int length) {
        assertThat(policy.reaches(peer)).as(peer.toString()).isTrue();
        assertThat(peer.isV6()).isEqualTo(address.isV6());
        assertThat(open).contains(this);
        assertThat(offset + length).isLessThanOrEqualTo(bytes.length);
      }

      @Override
      public void close() {
        assertThat(open.remove(this)).isTrue();
      }
    }

    @Override
    public void send(Address client, byte[] bytes, int offset, int length) {
      if (stranger) {
        answered += length;
      }
      Guest guest = byAddress.get(client);
      if (guest != null) {
        guest.hear(bytes, offset, length);
      }
    }

    @Override
    public boolean relays(boolean v6) {
      return !v6 || random.nextInt(4) != 0;
    }

    @Override
    public @Nullable Relay open(boolean v6, int port) {
      if (random.nextInt(5) == 0) {
        return null;
      }
      nextPort = 1024 + (nextPort + 2) % 60_000;
      Address host = v6 ? TurnWorld.RELAY_6 : TurnWorld.RELAY_4;
      Socket socket = new Socket(host.withPort(port > 0 ? port : nextPort & ~1));
      open.add(socket);
      return socket;
    }

    @Override
    public @Nullable Account account(String username) {
      return Set.of("ann", "bob").contains(username)
          ? new Account(username, IntegrityKey.longTerm(username, "madang", "secret"))
          : null;
    }

    @Override
    public boolean mayGoOn(String username, Account account) {
      return random.nextInt(20) != 0;
    }

    @Override
    public boolean admit(String user, Address client) {
      if (admitted.getOrDefault(user, 0) >= 4) {
        return false;
      }
      admitted.merge(user, 1, Integer::sum);
      return true;
    }

    @Override
    public void release(String user, Address client) {
      if (admitted.merge(user, -1, Integer::sum) < 0) {
        throw new AssertionError(user + " was released more often than admitted");
      }
    }
  }

  private static final List<Integer> METHODS =
      List.of(
          StunMessage.ALLOCATE,
          StunMessage.REFRESH,
          StunMessage.CREATE_PERMISSION,
          StunMessage.CREATE_PERMISSION,
          StunMessage.CHANNEL_BIND,
          StunMessage.CHANNEL_BIND);

  private static final long[] LIFETIMES = {0, 1, 1200, 0xFFFF_FFFFL};

  private static final List<Address> PEERS =
      List.of(
          Address.parse("40.0.0.1", 6000),
          Address.parse("40.0.0.1", 6001),
          Address.parse("40.0.0.2", 6000),
          Address.parse("40.0.0.3", 0),
          Address.parse("40.0.0.4", 65535),
          Address.parse("40.0.0.5", 1),
          Address.parse("2a01::1", 6000),
          Address.parse("2a01::2", 6000),
          Address.parse("127.0.0.1", 6000),
          Address.parse("::ffff:127.0.0.1", 6000),
          Address.parse("::1", 6000),
          TurnWorld.SERVER);
}
