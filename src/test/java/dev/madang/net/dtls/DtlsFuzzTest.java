package dev.madang.net.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.net.dtls.DtlsSession.Role;
import dev.madang.protocol.dtls.RecordHeader;
import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import dev.madang.wire.BigEndian;
import dev.madang.wire.ByteWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Real handshakes among junk, repetitions, pieces and foreign hellos; and sessions that stand,
/// among anything. Whatever comes, a session ends only by its far end's own word. Nothing is lost
/// here, so nothing waits for a retransmission.
class DtlsFuzzTest {
  @Test
  void handshakesSucceedAmongWhatNobodyCanUse() {
    Fuzz.each(
        12,
        seed -> {
          RandomGenerator random = seed.random();
          DtlsEnd server = server();
          DtlsEnd client = client();
          server.to(among(random, client, new ArrayList<>()));
          client.to(among(random, server, new ArrayList<>()));
          server.start();
          client.start();
          assertThat(DtlsSessionTest.opens(server.keys(), client.keys())).isTrue();
          client.say("here");
          assertThat(server.hear()).isEqualTo("here");
          assertThat(server.closed).isNotDone();
          assertThat(client.closed).isNotDone();
        });
  }

  /// A link on which every datagram is surrounded by what is no use to anybody; now and then the
  /// datagram itself comes in pieces.
  private static Consumer<byte[]> among(RandomGenerator random, DtlsEnd to, List<byte[]> said) {
    return datagram -> {
      if (!said.isEmpty()) {
        useless(random, to, said);
      }
      said.add(datagram);
      if (random.nextInt(3) == 0) {
        pieces(datagram, random).forEach(to::deliver);
      } else {
        to.deliver(datagram);
      }
      useless(random, to, said);
    };
  }

  private static void useless(RandomGenerator random, DtlsEnd to, List<byte[]> said) {
    for (int i = random.nextInt(4); i > 0; i--) {
      byte[] old = said.get(random.nextInt(said.size()));
      switch (random.nextInt(6)) {
        case 0 -> to.deliver(junk(random));
        case 1 -> to.deliver(old);
        case 2 -> to.deliver(Arrays.copyOf(old, random.nextInt(1, old.length)));
        case 3 -> {
          if (to.session.role() == Role.SERVER) {
            to.deliver(foreign(random));
          }
        }
        case 4 -> to.deliver(Hello.record(21, 0, random.nextInt(), new byte[] {2, 40}));
        default -> to.deliver(Hello.record(23, random.nextInt(3), 7, new byte[60]));
      }
    }
  }

  private static byte[] junk(RandomGenerator random) {
    byte[] junk = new byte[random.nextInt(1, 300)];
    random.nextBytes(junk);
    junk[0] = (byte) random.nextInt(20, 64);
    return junk;
  }

  /// Behind the first ClientHello, that of nobody whom the session waits for.
  private static byte[] foreign(RandomGenerator random) {
    byte[] hello = Hello.bytes(0xC02B, true, true);
    BigEndian.put32(hello, RecordHeader.SIZE + 12 + 2, random.nextInt());
    return hello;
  }

  /// The same handshake messages in parts of their own records, in any order and some twice (RFC
  /// 6347 section 4.2.3); what is no plain message stays as it is.
  private static List<byte[]> pieces(byte[] datagram, RandomGenerator random) {
    List<byte[]> pieces = new ArrayList<>();
    List<byte[]> last = new ArrayList<>();
    for (int at = 0; at < datagram.length; ) {
      int size = RecordHeader.length(datagram, at, datagram.length - at);
      byte[] record = Arrays.copyOfRange(datagram, at, at + size);
      int body = RecordHeader.SIZE + 12;
      boolean message =
          RecordHeader.type(record, 0) == RecordHeader.HANDSHAKE
              && RecordHeader.epoch(record, 0) == 0
              && BigEndian.u24(record, RecordHeader.SIZE + 1) == size - body;
      if (message && last.isEmpty() && size - body > 128) {
        int whole = size - body;
        for (int from = 0; from < whole; ) {
          int part = Math.min(whole - from, random.nextInt(64, 200));
          part = whole - from - part < 64 ? whole - from : part;
          int start = random.nextInt(3) == 0 ? Math.max(0, from - 20) : from; // they may overlap
          pieces.add(part(record, start, from + part - start));
          from += part;
        }
      } else if (message) {
        pieces.add(record);
      } else {
        last.add(record);
      }
      at += size;
    }
    for (int i = pieces.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      byte[] moved = pieces.set(other, pieces.get(i));
      pieces.set(i, moved);
    }
    pieces.addAll(last);
    return pieces;
  }

  private static byte[] part(byte[] record, int from, int length) {
    int head = RecordHeader.SIZE;
    ByteWriter writer = new ByteWriter().bytes(record, head, 6);
    writer.u8(from >>> 16).u16(from & 0xFFFF).u8(length >>> 16).u16(length & 0xFFFF);
    writer.bytes(record, head + 12 + from, length);
    return Hello.record(RecordHeader.HANDSHAKE, 0, 0, writer.toArray());
  }

  @Test
  void anEstablishedSessionSurvivesAnything() {
    DtlsEnd server = server();
    DtlsEnd client = client();
    server.to(client::deliver);
    client.to(server::deliver);
    server.start();
    client.start();
    server.keys();
    client.keys();
    client.say("one");
    server.hear();
    List<byte[]> said = new ArrayList<>(client.sent);
    said.addAll(server.sent);
    said.add(Hello.bytes(0xC02B, true, true));
    Fuzz.each(
        100,
        seed -> {
          RandomGenerator random = seed.random();
          for (int i = 0; i < 50; i++) {
            byte[] old = said.get(random.nextInt(said.size()));
            server.deliver(random.nextInt(4) == 0 ? junk(random) : Fuzz.mutate(old, random));
          }
        });
    client.say("two");
    assertThat(server.hear()).isEqualTo("two");
    assertThat(server.closed).isNotDone();
  }

  // ---- 31, 32: fragments
  // --------------------------------------------------------------------------

  /// Parts of messages that never become whole, of every number that the client does not use and
  /// any length: what is kept of them is bounded, and the client is heard.
  @Test
  void aFloodOfFragmentsFillsNothingAndEndsNothing() {
    DtlsEnd server = server();
    DtlsEnd client = client();
    server.to(client::deliver);
    client.to(datagram -> {
      server.deliver(datagram);
      for (int number = 5; number < 400; number++) {
        server.deliver(fragment(11, 8192, number, 64 * (number % 100), 64));
        server.deliver(fragment(11, 0xFF_FFFF, number, 0, 64));
        server.deliver(fragment(11, 100 + number, number, 0, 64));
        server.deliver(fragment(16, 200, number, 0, 0));
      }
    });
    long dropped = A.dropped();
    server.start();
    client.start();
    assertThat(DtlsSessionTest.opens(server.keys(), client.keys())).isTrue();
    assertThat(A.dropped() - dropped).isGreaterThan(800);
    client.say("here");
    assertThat(server.hear()).isEqualTo("here");
  }

  private static byte[] fragment(int type, int whole, int number, int from, int length) {
    ByteWriter writer = new ByteWriter();
    writer.u8(type).u8(whole >>> 16).u16(whole & 0xFFFF).u16(number);
    writer.u8(from >>> 16).u16(from & 0xFFFF).u8(length >>> 16).u16(length & 0xFFFF);
    writer.bytes(new byte[length]);
    return Hello.record(RecordHeader.HANDSHAKE, 0, number, writer.toArray());
  }

  // ---- 37: half-open handshakes
  // -------------------------------------------------------------------

  /// Hellos of hundreds who never answer hold no more handshakes than there may be, and those no
  /// longer than the deadline.
  @Test
  void hellosWithoutAClientHoldNoMoreThanTheLimit() {
    try (Dtls few =
        new Dtls(
            A.identity(), new Dtls.Config(8, 4, Duration.ofMillis(1500), Duration.ofMillis(40)))) {
      List<DtlsEnd> ends = new ArrayList<>();
      RandomGenerator random = new Seed(3).random();
      for (int i = 0; i < 100; i++) {
        DtlsEnd end = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
        end.deliver(foreign(random));
        ends.add(end);
      }
      LOOP.execute(() -> {});
      ends.getLast().onLoop(() -> assertThat(few.handshakes()).isLessThanOrEqualTo(4));
      assertThat(few.refused()).isGreaterThanOrEqualTo(90);
      for (DtlsEnd end : ends) {
        assertThat(DtlsEnd.await(end.closed)).contains("no handshake in time");
      }
    }
  }

  /// The first part of a ClientHello costs the sender nothing, and so it takes no place.
  @Test
  void aPartOfAHelloTakesNoPlace() {
    try (Dtls few = few(2, Duration.ofSeconds(50))) {
      for (int i = 0; i < 8; i++) {
        DtlsEnd end = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
        end.deliver(fragment(1, 300, 0, 0, 80));
        end.onLoop(() -> assertThat(few.handshakes()).isZero());
      }
      assertThat(succeeds(few, 0x7F00_0001)).isTrue();
      assertThat(few.refused()).isZero();
    }
  }

  /// A whole one does, but not until the deadline, whatever junk follows it.
  @Test
  void whoDoesNotGetOnGivesItsPlaceBack() {
    try (Dtls few = few(1, Duration.ofMillis(4))) {
      DtlsEnd silent = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
      silent.to(_ -> silent.deliver(fragment(11, 8192, 7, 64, 64)));
      silent.deliver(Hello.bytes(0xC02B, true, true));
      silent.nextSent();
      silent.onLoop(() -> assertThat(few.handshakes()).isEqualTo(1));
      while (few.handshakes() > 0) {
        silent.onLoop(Thread::yield);
      }
      assertThat(silent.closed).isNotDone();
    }
  }

  /// All places taken by whole hellos from one network; then somebody comes from another.
  @Test
  void aNewcomerFromAnotherNetworkGetsInWhenAllPlacesAreTaken() {
    try (Dtls few = few(3, Duration.ofSeconds(50))) {
      List<DtlsEnd> silent = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        DtlsEnd end = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
        end.deliver(Hello.bytes(0xC02B, true, true));
        end.nextSent();
        silent.add(end);
      }
      DtlsEnd late = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
      late.deliver(Hello.bytes(0xC02B, true, true));
      late.onLoop(() -> assertThat(few.refused()).isEqualTo(1));
      assertThat(succeeds(few, 0xC000_0201)).isTrue();
      assertThat(few.handshakes()).isLessThanOrEqualTo(3);
      assertThat(silent).noneMatch(end -> end.closed.isDone());
    }
  }

  private static boolean succeeds(Dtls few, int ip) {
    DtlsEnd server = new DtlsEnd(LOOP, few, Role.SERVER, print(B));
    DtlsEnd client = new DtlsEnd(LOOP, B, Role.CLIENT, few.identity().fingerprint());
    server.to(client::deliver);
    client.to(server::deliver);
    server.start(ip);
    client.start();
    return DtlsSessionTest.opens(server.keys(), client.keys());
  }

  private static Dtls few(int places, Duration retransmission) {
    return new Dtls(
        A.identity(), new Dtls.Config(places, places, Duration.ofSeconds(60), retransmission));
  }

  private static DtlsEnd server() {
    return new DtlsEnd(LOOP, A, Role.SERVER, print(B));
  }

  private static DtlsEnd client() {
    return new DtlsEnd(LOOP, B, Role.CLIENT, print(A));
  }

  private static Fingerprint print(Dtls dtls) {
    return dtls.identity().fingerprint();
  }

  private static Dtls dtls() {
    return new Dtls(
        DtlsIdentity.make(Instant.now(), new SecureRandom()),
        new Dtls.Config(100, 100, Duration.ofSeconds(60), Duration.ofSeconds(50)));
  }

  private static final ScheduledExecutorService LOOP = Executors.newSingleThreadScheduledExecutor();
  private static final Dtls A = dtls();
  private static final Dtls B = dtls();

  @AfterAll
  static void end() {
    A.close();
    B.close();
    LOOP.shutdown();
  }
}
