package dev.madang.net.dtls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.net.dtls.DtlsSession.Role;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.protocol.srtp.SrtpReceiver;
import dev.madang.protocol.srtp.SrtpSender;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class DtlsSessionTest {
  @Test
  void bothSidesHaveTheSameKeysAndTheServersChoiceOfProfile() {
    DtlsEnd server = new DtlsEnd(LOOP, A, Role.SERVER, B.identity().fingerprint());
    DtlsEnd client = new DtlsEnd(LOOP, B, Role.CLIENT, A.identity().fingerprint());
    server.to(client::deliver);
    client.to(server::deliver);
    server.start(1);
    client.start(2);

    SrtpKeys ours = server.keys();
    SrtpKeys theirs = client.keys();
    assertThat(ours.profile()).isEqualTo(SrtpProfile.AEAD_AES_128_GCM);
    assertThat(theirs.profile()).isEqualTo(SrtpProfile.AEAD_AES_128_GCM);
    byte[] packet = new byte[100];
    packet[0] = (byte) 0x80;
    int length =
        new SrtpSender(ours.profile(), ours.localKey(), ours.localSalt())
            .protect(packet, 0, 12, 80, packet, 0);
    assertThat(
            new SrtpReceiver(theirs.profile(), theirs.remoteKey(), theirs.remoteSalt())
                .unprotect(packet, 0, length))
        .isEqualTo(80);
    assertThat(theirs.localKey()).isEqualTo(ours.remoteKey());
    assertThat(theirs.localSalt()).isEqualTo(ours.remoteSalt());
    assertThat(server.sent.get() + client.sent.get()).isEqualTo(4);

    client.say("hello".getBytes(UTF_8));
    assertThat(server.hear()).asString().isEqualTo("hello");
    server.say("hello yourself".getBytes(UTF_8));
    assertThat(client.hear()).asString().isEqualTo("hello yourself");

    client.onLoop(client.session::close);
    assertThat(DtlsEnd.await(server.closed)).isEqualTo("the far end closed");
  }

  private static final ScheduledExecutorService LOOP = Executors.newSingleThreadScheduledExecutor();
  private static final Dtls A = dtls();
  private static final Dtls B = dtls();

  private static Dtls dtls() {
    return new Dtls(
        DtlsIdentity.make(Instant.now(), new SecureRandom()),
        new Dtls.Config(10, 10, Duration.ofSeconds(9), Duration.ofSeconds(5)));
  }

  @AfterAll
  static void end() {
    A.close();
    B.close();
    LOOP.shutdown();
  }
}
