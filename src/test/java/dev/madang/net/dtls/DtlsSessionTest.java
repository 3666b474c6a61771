package dev.madang.net.dtls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.net.dtls.DtlsSession.Role;
import dev.madang.protocol.dtls.RecordHeader;
import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.protocol.srtp.SrtpReceiver;
import dev.madang.protocol.srtp.SrtpSender;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.Bytes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two real sessions with a link between them. Retransmission runs in real time, so links that lose
/// use sessions that repeat soon, and all others such that never do.
@ExtendWith(Seeds.class)
class DtlsSessionTest {
  @Test
  void bothSidesHaveTheSameKeys() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    join(server, client);

    SrtpKeys ours = server.keys();
    SrtpKeys theirs = client.keys();
    assertThat(ours.profile()).isEqualTo(SrtpProfile.AEAD_AES_128_GCM);
    assertThat(theirs.profile()).isEqualTo(SrtpProfile.AEAD_AES_128_GCM);
    assertThat(opens(ours, theirs)).isTrue();
    assertThat(opens(theirs, ours)).isTrue();
    assertThat(theirs.localKey()).isNotEqualTo(ours.localKey());
  }

  @Test
  void aFlightTravelsInOneDatagram() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    join(server, client);
    server.keys();
    client.keys();

    assertThat(server.sent).hasSize(2).allMatch(datagram -> datagram.length <= 1200);
    assertThat(client.sent).hasSize(2).allMatch(datagram -> datagram.length <= 1200);
  }

  @Test
  void carriesApplicationDataBothWaysUntilOneSideCloses() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    assertThat(server.session.send(new byte[1], 0, 1)).isFalse();
    join(server, client);
    server.keys();
    client.keys();
    for (int i = 0; i < 200; i++) {
      client.say("ping " + i);
      assertThat(server.hear()).isEqualTo("ping " + i);
      server.say("pong " + i);
      assertThat(client.hear()).isEqualTo("pong " + i);
    }

    client.onLoop(client.session::close);
    assertThat(DtlsEnd.await(server.closed)).isEqualTo("the far end closed");
    assertThat(client.closed).isNotDone();
    assertThat(server.session.send(new byte[1], 0, 1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void survivesTheLossOfAnyDatagramOfTheHandshake(int lost) {
    DtlsEnd server = server(HASTY);
    DtlsEnd client = client(HASTY);
    AtomicInteger count = new AtomicInteger();
    server.to(datagram -> {
      if (count.getAndIncrement() != lost) {
        client.deliver(datagram);
      }
    });
    client.to(datagram -> {
      if (count.getAndIncrement() != lost) {
        server.deliver(datagram);
      }
    });
    server.start();
    client.start();

    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  @RepeatedTest(8)
  void survivesALinkThatLosesRepeatsAndReorders(Seed seed) {
    RandomGenerator random = seed.random();
    DtlsEnd server = server(HASTY);
    DtlsEnd client = client(HASTY);
    server.to(lossy(random, client));
    client.to(lossy(random, server));
    server.start();
    client.start();

    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  /** On the loop's thread alone, as the random source is. */
  private static Consumer<byte[]> lossy(RandomGenerator random, DtlsEnd to) {
    return datagram -> {
      for (int copies = random.nextInt(10) == 0 ? 2 : 1; copies > 0; copies--) {
        if (random.nextInt(20) < 17) {
          int late = random.nextInt(5) == 0 ? random.nextInt(1, 40) : 0;
          var _ = LOOP.schedule(() -> to.deliver(datagram), late, TimeUnit.MILLISECONDS);
        }
      }
    };
  }

  /** 28. ICE knows which paths are valid; a session is started when there is one. */
  @Test
  void aClientHelloBeforeThereIsAPathIsDropped() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd foreign = new DtlsEnd(LOOP, C, Role.CLIENT, print(A)).start();
    server.deliver(foreign.nextSent());
    DtlsEnd client = client(PATIENT);
    join(server, client);

    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  /** 28. */
  @Test
  void theRightClientIsHeardAfterAForeignHello() {
    DtlsEnd server = server(HASTY);
    DtlsEnd foreign = new DtlsEnd(LOOP, C, Role.CLIENT, print(A)).start();
    byte[] hello = foreign.nextSent();
    server.start().deliver(hello);
    server.nextSent();
    DtlsEnd client = client(HASTY);
    server.to(client::deliver);
    client.to(server::deliver);
    client.start();

    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  /** 28. The other way round: who came first is not disturbed. */
  @Test
  void aForeignHelloDoesNotDisturbAHandshake() {
    DtlsEnd server = server(PATIENT).start();
    DtlsEnd client = client(PATIENT);
    byte[] hello = new DtlsEnd(LOOP, C, Role.CLIENT, print(A)).start().nextSent();
    server.to(client::deliver);
    AtomicInteger count = new AtomicInteger();
    client.to(datagram -> {
      if (count.getAndIncrement() > 0) {
        server.deliver(hello);
      }
      server.deliver(datagram);
      server.deliver(hello);
    });
    client.start();

    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  /** 29. */
  @Test
  void aWrongCertificateEndsItsOwnHandshakeAndNothingElse() {
    DtlsEnd server = server(HASTY);
    DtlsEnd rogue = new DtlsEnd(LOOP, C, Role.CLIENT, print(A));
    join(server, rogue);
    assertThat(nextAlertOf(server)).isEqualTo(42);
    assertThat(server.established).isNotDone();
    assertThat(server.closed).isNotDone();

    DtlsEnd client = client(HASTY);
    server.to(client::deliver);
    client.to(server::deliver);
    client.start();
    assertThat(opens(server.keys(), client.keys())).isTrue();
    assertThat(rogue.established).isNotDone();
  }

  /** 29, the other role. */
  @Test
  void aServerWithAWrongCertificateIsRefused() {
    DtlsEnd client = client(HASTY);
    DtlsEnd rogue = new DtlsEnd(LOOP, C, Role.SERVER, print(B));
    join(rogue, client);
    assertThat(nextAlertOf(client)).isEqualTo(42);

    DtlsEnd server = server(PATIENT);
    server.to(client::deliver);
    client.to(server::deliver);
    server.start();
    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  @Test
  void anyOfTheFingerprintsMayFit() {
    byte[] certificate = B.identity().certificate();
    DtlsEnd server =
        new DtlsEnd(LOOP, A, Role.SERVER, print(C), CertificateHash.of("sha-512", certificate));
    DtlsEnd client = client(PATIENT);
    join(server, client);

    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  @Test
  void weakFingerprintsAreNotTaken() {
    DtlsEnd end = server(PATIENT);
    assertThatThrownBy(() -> new DtlsEnd(LOOP, A, Role.SERVER))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Fingerprint("sha-1", Bytes.of(new byte[20])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(end.session.isEstablished()).isFalse();
  }

  /** 30. */
  @Test
  void aClientWithoutEncryptionAuthenticationOrSrtpIsRefused() {
    int suite = 0xC02B;
    // NULL-SHA256, ECDHE_ECDSA NULL, an export suite, an anonymous one, CBC.
    for (int bad : new int[] {0x003B, 0xC006, 0x0008, 0xC018, 0xC009}) {
      assertThat(alertTo(Hello.bytes(bad, true, true))).isEqualTo(40);
    }
    assertThat(alertTo(Hello.bytes(suite, false, true))).isEqualTo(40);
    assertThat(alertTo(Hello.bytes(suite, true, false))).isEqualTo(40);
  }

  private static int alertTo(byte[] hello) {
    DtlsEnd server = server(PATIENT).start();
    server.deliver(hello);
    int alert = alertOf(server.nextSent());
    server.onLoop(server.session::close);
    return alert;
  }

  /** 33. */
  @Test
  void applicationDataBeforeTheEndOfTheHandshakeIsDropped() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    byte[] plain = record(RecordHeader.APPLICATION_DATA, 0, 9, "early".getBytes(UTF_8));
    byte[] later = record(RecordHeader.APPLICATION_DATA, 1, 9, new byte[40]);
    server.to(between(client, plain, later));
    client.to(between(server, plain, later));
    server.start();
    client.start();

    assertThat(opens(server.keys(), client.keys())).isTrue();
    assertThat(server.heardNothing()).isTrue();
    assertThat(client.heardNothing()).isTrue();
    client.say("now");
    assertThat(server.hear()).isEqualTo("now");
  }

  /** 34. */
  @Test
  void aRecordOfAnotherEpochOrHeardBeforeIsDropped() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    join(server, client);
    server.keys();
    client.keys();
    client.sent.clear();
    client.say("once");
    assertThat(server.hear()).isEqualTo("once");
    byte[] heard = client.nextSent();
    for (int epoch : new int[] {0, 1, 2, 0xFFFF}) {
      byte[] again = heard.clone();
      again[3] = (byte) (epoch >>> 8);
      again[4] = (byte) epoch;
      server.deliver(again);
      again[8] ^= 1;
      server.deliver(again);
    }
    assertThat(server.heardNothing()).isTrue();
    client.say("twice");
    assertThat(server.hear()).isEqualTo("twice");
  }

  /** 35. */
  @Test
  void changeCipherSpecTooEarlyIsDropped() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    byte[] early = record(RecordHeader.CHANGE_CIPHER_SPEC, 0, 999, new byte[] {1});
    server.to(between(client, early));
    client.to(between(server, early));
    server.deliver(early);
    server.start();
    server.deliver(early);
    client.start();

    assertThat(opens(server.keys(), client.keys())).isTrue();
  }

  /** 35. */
  @Test
  void nobodyRenegotiates() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    join(server, client);
    server.keys();
    client.keys();
    byte[] hello = Hello.bytes(0xC02B, true, true);
    server.deliver(hello);
    client.onLoop(() ->
        client.session.sendRecord(
            RecordHeader.HANDSHAKE, hello, RecordHeader.SIZE, hello.length - RecordHeader.SIZE));
    byte[] request = new byte[12];
    server.onLoop(() -> server.session.sendRecord(RecordHeader.HANDSHAKE, request, 0, 12));

    client.say("still here");
    assertThat(server.hear()).isEqualTo("still here");
    server.say("so am I");
    assertThat(client.hear()).isEqualTo("so am I");
  }

  /** 36. */
  @Test
  void forgedAlertsAreIgnored() {
    DtlsEnd server = server(PATIENT);
    DtlsEnd client = client(PATIENT);
    byte[] goodbye = record(RecordHeader.ALERT, 0, 500, new byte[] {1, 0});
    byte[] fatal = record(RecordHeader.ALERT, 0, 501, new byte[] {2, 40});
    byte[] sealed = record(RecordHeader.ALERT, 1, 500, new byte[26]);
    server.to(between(client, goodbye, fatal, sealed));
    client.to(between(server, goodbye, fatal, sealed));
    server.start();
    client.start();
    assertThat(opens(server.keys(), client.keys())).isTrue();

    client.say("after");
    assertThat(server.hear()).isEqualTo("after");
    assertThat(server.closed).isNotDone();
    assertThat(client.closed).isNotDone();
  }

  /** 37. */
  @Test
  void noMoreHandshakesAreHalfOpenThanTheLimit() {
    try (Dtls few =
        new Dtls(A.identity(), new Dtls.Config(10, 2, Duration.ofSeconds(60), PATIENT))) {
      DtlsEnd first = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
      DtlsEnd second = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
      DtlsEnd third = new DtlsEnd(LOOP, few, Role.SERVER, print(B)).start();
      first.deliver(Hello.bytes(0xC02B, true, true));
      second.deliver(Hello.bytes(0xC02B, true, true));
      first.nextSent();
      second.nextSent();
      third.deliver(Hello.bytes(0xC02B, true, true));
      third.onLoop(() -> {});
      assertThat(few.handshakes()).isEqualTo(2);
      assertThat(few.refused()).isEqualTo(1);

      first.onLoop(first.session::close);
      DtlsEnd client = client(HASTY);
      third.to(client::deliver);
      client.to(third::deliver);
      client.start();
      assertThat(opens(third.keys(), client.keys())).isTrue();
    }
  }

  @Test
  void aSessionWithoutAHandshakeEndsAtItsDeadline() {
    try (Dtls soon =
        new Dtls(
            A.identity(), new Dtls.Config(10, 10, Duration.ofMillis(100), Duration.ofMillis(20)))) {
      DtlsEnd server = new DtlsEnd(LOOP, soon, Role.SERVER, print(B)).start();
      DtlsEnd client = new DtlsEnd(LOOP, soon, Role.CLIENT, print(A)).start();
      client.deliver(record(RecordHeader.ALERT, 0, 0, new byte[] {2, 70}));

      assertThat(DtlsEnd.await(server.closed)).isEqualTo("no handshake in time: nothing came");
      assertThat(DtlsEnd.await(client.closed)).contains("no handshake in time");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"chromium", "firefox"})
  void answersBrowsersThatWouldRatherSpeakDtls13(String browser) {
    DtlsEnd server = server(PATIENT).start();
    server.deliver(Hello.recorded(browser + "-client-hello-1"));
    server.deliver(Hello.recorded(browser + "-client-hello-2"));
    byte[] flight = server.nextSent();

    assertThat(RecordHeader.type(flight, 0)).isEqualTo(RecordHeader.HANDSHAKE);
    assertThat(flight[13]).isEqualTo((byte) 2);
    // DTLS 1.2, and AEAD_AES_128_GCM without a key identifier in use_srtp.
    assertThat(flight).containsSequence(0xFE, 0xFD).containsSequence(0, 14, 0, 5, 0, 2, 0, 7, 0);
    server.onLoop(server.session::close);
  }

  private static void join(DtlsEnd server, DtlsEnd client) {
    server.to(client::deliver);
    client.to(server::deliver);
    server.start();
    client.start();
  }

  /** A link that puts these before and behind each datagram. */
  private static Consumer<byte[]> between(DtlsEnd to, byte[]... injected) {
    return datagram -> {
      for (byte[] each : injected) {
        to.deliver(each);
      }
      to.deliver(datagram);
      for (byte[] each : injected) {
        to.deliver(each);
      }
    };
  }

  private static byte[] record(int type, int epoch, int sequence, byte[] data) {
    return Hello.record(type, epoch, sequence, data);
  }

  /** The description in a plain alert. */
  private static int alertOf(byte[] datagram) {
    assertThat(RecordHeader.type(datagram, 0)).isEqualTo(RecordHeader.ALERT);
    return datagram[RecordHeader.SIZE + 1];
  }

  /// Of the next alert among what it sends, which may be sent again.
  private static int nextAlertOf(DtlsEnd end) {
    byte[] next = end.nextSent();
    while (RecordHeader.type(next, 0) != RecordHeader.ALERT) {
      next = end.nextSent();
    }
    return alertOf(next);
  }

  static boolean opens(SrtpKeys from, SrtpKeys to) {
    byte[] packet = new byte[100];
    packet[0] = (byte) 0x80;
    int length =
        new SrtpSender(from.profile(), from.localKey(), from.localSalt())
            .protect(packet, 0, 12, 80, packet, 0);
    SrtpReceiver receiver = new SrtpReceiver(to.profile(), to.remoteKey(), to.remoteSalt());
    return receiver.unprotect(packet, 0, length) == 80;
  }

  private static DtlsEnd server(Duration retransmission) {
    return new DtlsEnd(LOOP, retransmission.equals(HASTY) ? A_HASTY : A, Role.SERVER, print(B));
  }

  private static DtlsEnd client(Duration retransmission) {
    return new DtlsEnd(LOOP, retransmission.equals(HASTY) ? B_HASTY : B, Role.CLIENT, print(A));
  }

  private static Fingerprint print(Dtls dtls) {
    return dtls.identity().fingerprint();
  }

  private static Dtls dtls(DtlsIdentity identity, Duration retransmission) {
    return new Dtls(identity, new Dtls.Config(100, 100, Duration.ofSeconds(60), retransmission));
  }

  private static DtlsIdentity identity() {
    return DtlsIdentity.make(Instant.now(), new SecureRandom());
  }

  private static final Duration PATIENT = Duration.ofSeconds(50);
  private static final Duration HASTY = Duration.ofMillis(40);
  private static final ScheduledExecutorService LOOP = Executors.newSingleThreadScheduledExecutor();
  private static final Dtls A = dtls(identity(), PATIENT);
  private static final Dtls B = dtls(identity(), PATIENT);
  private static final Dtls C = dtls(identity(), PATIENT);
  private static final Dtls A_HASTY = dtls(A.identity(), HASTY);
  private static final Dtls B_HASTY = dtls(B.identity(), HASTY);

  @AfterAll
  static void end() {
    for (Dtls each : new Dtls[] {A, B, C, A_HASTY, B_HASTY}) {
      each.close();
    }
    LOOP.shutdown();
  }
}
