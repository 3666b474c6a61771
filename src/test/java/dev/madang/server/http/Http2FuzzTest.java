package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HTTP/2 frames inside TLS: spoiled at random, and valid ones in numbers that nobody needs.
class Http2FuzzTest {
  @TempDir Path folder;

  @Test
  void staysUpAndGivesEverythingBack() throws Exception {
    Tls tls = Tls.open(Tls.Config.defaults(), folder);
    SSLContext trusting = trusting();
    try (FuzzedDoor door = new FuzzedDoor(tls)) {
      FuzzedDoor.run(8, seed -> round(door, trusting, seed));
    }
  }

  @Test
  void endsWhoOpensAndResetsStreamsWithoutEnd() throws Exception {
    Tls tls = Tls.open(Tls.Config.defaults(), folder);
    SSLContext trusting = trusting();
    byte[] frames = PREFACE;
    for (int stream = 1; stream < 1000; stream += 2) {
      frames = Mutator.join(frames, frame(1, 5, stream, GET));
      frames = Mutator.join(frames, frame(3, 0, stream, new byte[] {0, 0, 0, 8}));
    }
    try (FuzzedDoor door = new FuzzedDoor(tls)) {
      try (RawClient client = client(door, trusting)) {
        client.sendUntilRefused(frames, 1);
        assertThat(goAway(client)).isEqualTo(ENHANCE_YOUR_CALM);
      }
      door.isWell();
    }
  }

  private static void round(FuzzedDoor door, SSLContext trusting, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Mutator mutator = new Mutator(random);
    for (int i = 0; i < 20; i++) {
      try (RawClient client = client(door, trusting)) {
        door.talk(client, Mutator.join(PREFACE, mutator.next(SAMPLES)), random);
      }
    }
    door.isWell();
  }

  private static RawClient client(FuzzedDoor door, SSLContext trusting) {
    try {
      SSLSocket socket =
          (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", door.port());
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
      return new RawClient(socket, door.port());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The error of the GOAWAY that ends a connection.
  private static int goAway(RawClient client) {
    while (true) {
      byte[] head = client.bytes(9);
      int length = (head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | head[2] & 0xFF;
      byte[] payload = client.bytes(length);
      if (head[3] == 7) {
        return ByteBuffer.wrap(payload).getInt(4);
      }
    }
  }

  private SSLContext trusting() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", Pem.certificate(folder.resolve("ca.crt")));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  private static final int ENHANCE_YOUR_CALM = 11;

  /// Indexed fields of HPACK's static table, and :authority and :path as literals.
  private static final byte[] GET = {
    (byte) 0x82, (byte) 0x87, 0x41, 1, 'a', 0x44, 6, '/', 'h', 'e', 'l', 'l', 'o'
  };

  private static final byte[] POST = {
    (byte) 0x83, (byte) 0x87, 0x41, 1, 'a', 0x44, 5, '/', 'e', 'c', 'h', 'o'
  };

  private static final byte[] PREFACE =
      Mutator.join(
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
          frame(4, 0, 0, new byte[0]));

  private static final List<byte[]> SAMPLES =
      List.of(
          frame(1, 5, 1, GET),
          frame(1, 4, 3, POST),
          frame(0, 1, 3, "some body".getBytes(StandardCharsets.US_ASCII)),
          frame(1, 0, 5, new byte[] {(byte) 0x82, (byte) 0x87, 0x41, 1, 'a'}),
          frame(9, 4, 5, new byte[] {(byte) 0x84}),
          frame(2, 0, 1, new byte[5]),
          frame(3, 0, 1, new byte[] {0, 0, 0, 8}),
          frame(4, 0, 0, new byte[] {0, 4, 0, 1, 0, 0}),
          frame(6, 0, 0, new byte[8]),
          frame(7, 0, 0, new byte[8]),
          frame(8, 0, 0, new byte[] {0, 1, 0, 0}),
          frame(8, 0, 1, new byte[] {0x7F, -1, -1, -1}));
}
