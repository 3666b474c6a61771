package dev.madang.net.dtls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.net.dtls.DtlsSession.Role;
import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.wire.ByteWriter;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// OpenSSL's command line (Debian package openssl) as an outside witness, in both roles: it exports
/// the same keys, says what was said, and hears it.
class DtlsOpenSslTest {
  @TempDir static Path folder;
  private static final ScheduledExecutorService LOOP = Executors.newSingleThreadScheduledExecutor();
  private static Dtls dtls;

  @BeforeAll
  static void begin() throws Exception {
    dtls =
        new Dtls(
            DtlsIdentity.make(Instant.now(), new SecureRandom()),
            new Dtls.Config(10, 10, Duration.ofSeconds(60), Duration.ofMillis(500)));
    certify("ec", "ec", "ec_paramgen_curve:P-256");
    certify("rsa", "rsa", "rsa_keygen_bits:2048");
  }

  @AfterAll
  static void end() {
    dtls.close();
    LOOP.shutdown();
  }

  @ParameterizedTest
  @CsvSource({
    "ec,  SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80, 56",
    "ec,  SRTP_AES128_CM_SHA1_80,                       60",
    "rsa, SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80, 88",
  })
  void aClientOfOpenSslHasOurKeys(String certificate, String profiles, int length)
      throws Exception {
    DtlsEnd end = new DtlsEnd(LOOP, dtls, Role.SERVER, print(certificate));
    try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
      String address = "127.0.0.1:" + socket.getLocalPort();
      Process client = openSsl("s_client", certificate, profiles, length, "-connect", address);
      bridge(socket, end, null);
      check(end, client, length);
    }
  }

  @ParameterizedTest
  @CsvSource({"ec, SRTP_AEAD_AES_128_GCM, 56", "rsa, SRTP_AES128_CM_SHA1_80, 60"})
  void aServerOfOpenSslHasOurKeys(String certificate, String profiles, int length)
      throws Exception {
    DtlsEnd end = new DtlsEnd(LOOP, dtls, Role.CLIENT, print(certificate));
    try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
      int port;
      try (DatagramSocket free = new DatagramSocket(0, LOOPBACK)) {
        port = free.getLocalPort();
      }
      Process server =
          openSsl(
              "s_server",
              certificate,
              profiles,
              length,
              "-accept",
              "127.0.0.1:" + port,
              "-verify",
              "1");
      // It may not listen yet: our hello will come again.
      bridge(socket, end, new InetSocketAddress(LOOPBACK, port));
      check(end, server, length);
    }
  }

  @Test
  void aClientWithAnotherCertificateIsRefused() throws Exception {
    DtlsEnd end = new DtlsEnd(LOOP, dtls, Role.SERVER, print("rsa"));
    try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
      String address = "127.0.0.1:" + socket.getLocalPort();
      Process client = openSsl("s_client", "ec", "SRTP_AEAD_AES_128_GCM", 56, "-connect", address);
      bridge(socket, end, null);
      String output = new String(client.getInputStream().readAllBytes(), ISO_8859_1);

      assertThat(output).contains("alert bad certificate");
      assertThat(end.established).isNotDone();
      end.onLoop(end.session::close);
    }
  }

  /// Both have the same keys, and what either says the other hears; then a client says goodbye.
  private static void check(DtlsEnd end, Process openSsl, int length) throws IOException {
    try {
      SrtpKeys keys = end.keys();
      String exported = awaitOutput(openSsl, KEYS).group(1);
      assertThat(exported).hasSize(2 * length);
      assertThat(HexFormat.of().withUpperCase().formatHex(join(keys, end.session.role())))
          .isEqualTo(exported);

      openSsl.getOutputStream().write("said by OpenSSL\n".getBytes(ISO_8859_1));
      openSsl.getOutputStream().flush();
      assertThat(end.hear()).isEqualTo("said by OpenSSL\n");
      end.say("said by us\n");
      awaitOutput(openSsl, Pattern.compile("(said by us)"));
      if (end.session.role() == Role.SERVER) {
        // A server of OpenSSL goes without a word.
        openSsl.getOutputStream().write("Q\n".getBytes(ISO_8859_1));
        openSsl.getOutputStream().close();
        assertThat(DtlsEnd.await(end.closed)).isEqualTo("the far end closed");
      }
    } finally {
      openSsl.destroyForcibly();
    }
  }

  /** RFC 5764 §4.2: client's key, server's key, client's salt, server's salt. */
  private static byte[] join(SrtpKeys keys, Role role) {
    ByteWriter writer = new ByteWriter();
    if (role == Role.CLIENT) {
      writer.bytes(keys.localKey()).bytes(keys.remoteKey());
      writer.bytes(keys.localSalt()).bytes(keys.remoteSalt());
    } else {
      writer.bytes(keys.remoteKey()).bytes(keys.localKey());
      writer.bytes(keys.remoteSalt()).bytes(keys.localSalt());
    }
    return writer.toArray();
  }

  /** Joins the session to the socket, to the first that writes to it if `far` is null. */
  private static void bridge(DatagramSocket socket, DtlsEnd end, SocketAddress far)
      throws IOException {
    SocketAddress[] to = {far};
    end.to(datagram -> {
      try {
        socket.send(new DatagramPacket(datagram, datagram.length, to[0]));
      } catch (IOException e) {
        // The other side is gone, or not there yet.
      }
    });
    end.start();
    Thread.startVirtualThread(() -> {
      byte[] buffer = new byte[2048];
      while (!socket.isClosed()) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        try {
          socket.receive(packet);
        } catch (IOException e) {
          continue;
        }
        to[0] = packet.getSocketAddress();
        end.deliver(Arrays.copyOf(buffer, packet.getLength()));
      }
    });
  }

  private static Process openSsl(
      String tool, String certificate, String profiles, int length, String... more)
      throws IOException {
    List<String> command =
        Stream.concat(
                Stream.of(
                    "openssl",
                    tool,
                    "-dtls1_2",
                    "-cert",
                    "" + folder.resolve(certificate + ".crt"),
                    "-key",
                    "" + folder.resolve(certificate + ".key"),
                    "-use_srtp",
                    profiles,
                    "-keymatexport",
                    "EXTRACTOR-dtls_srtp",
                    "-keymatexportlen",
                    "" + length),
                Stream.of(more))
            .toList();
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static Matcher awaitOutput(Process process, Pattern wanted) throws IOException {
    StringBuilder output = new StringBuilder();
    byte[] buffer = new byte[4096];
    while (true) {
      Matcher matcher = wanted.matcher(output);
      if (matcher.find()) {
        return matcher;
      }
      int read = process.getInputStream().read(buffer);
      if (read < 0) {
        throw new AssertionError("no " + wanted + " in: " + output);
      }
      output.append(new String(buffer, 0, read, ISO_8859_1));
    }
  }

  private static void certify(String name, String algorithm, String option) throws Exception {
    Process process =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-days",
                "2",
                "-newkey",
                algorithm,
                "-pkeyopt",
                option,
                "-keyout",
                "" + folder.resolve(name + ".key"),
                "-out",
                "" + folder.resolve(name + ".crt"))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor()).as(output).isZero();
    process =
        new ProcessBuilder(
                "openssl",
                "x509",
                "-outform",
                "DER",
                "-in",
                "" + folder.resolve(name + ".crt"),
                "-out",
                "" + folder.resolve(name + ".der"))
            .start();
    assertThat(process.waitFor()).isZero();
  }

  private static Fingerprint print(String name) throws IOException {
    return CertificateHash.of("sha-256", Files.readAllBytes(folder.resolve(name + ".der")));
  }

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Pattern KEYS = Pattern.compile("Keying material: ([0-9A-F]+)\\s");
}
