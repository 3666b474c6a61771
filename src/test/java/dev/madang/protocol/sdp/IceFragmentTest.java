package dev.madang.protocol.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.rig.Fuzz;
import dev.madang.wire.Address;
import dev.madang.wire.Bytes;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class IceFragmentTest {
  /// RFC 9725, figure 4, with a candidate by mDNS and one of a transport that nobody knows.
  private static final String EXAMPLE =
      """
      a=group:BUNDLE 0 1
      m=audio 9 UDP/TLS/RTP/SAVPF 111
      a=mid:0
      a=ice-ufrag:EsAw
      a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
      a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1
      a=candidate:3471623853 1 udp 2122194687 d5ae1b2c-7e5e-4f22-8f0c-1a2b3c4d5e6f.local 61765 typ host
      a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0
      a=candidate:1 1 carrier-pigeon 1 192.0.2.1 9 typ host
      a=end-of-candidates
      """;

  @Test
  void readsTheExampleAndSkipsWhatItDoesNotKnow() {
    IceFragment fragment = IceFragment.read(EXAMPLE.replace("\n", "\r\n"));
    assertThat(fragment.ice()).isEqualTo(new IceCredentials("EsAw", "P2uYro0UCOQ4zxjKXaWCBui1"));
    assertThat(fragment.candidates())
        .extracting(IceCandidate::host)
        .containsExactly("192.0.2.1", "d5ae1b2c-7e5e-4f22-8f0c-1a2b3c4d5e6f.local", "192.0.2.1");
    assertThat(fragment.frame())
        .containsExactly("a=group:BUNDLE 0 1", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0");
    assertThat(fragment.endOfCandidates()).isTrue();
  }

  @Test
  void anEmptyFragmentSaysNothing() {
    IceFragment fragment = IceFragment.read("");
    assertThat(fragment.ice()).isNull();
    assertThat(fragment.candidates()).isEmpty();
  }

  @Test
  void refusesHalfOfCredentialsAndTooLongOnes() {
    assertThatThrownBy(() -> IceFragment.read("a=ice-ufrag:EsAw\n"))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> IceFragment.read("a=ice-ufrag:E\na=ice-pwd:short\n"))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> IceFragment.read("a".repeat(100_000)))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void keepsAFewOfTenThousandCandidates() {
    String one = "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\n";
    IceFragment fragment = IceFragment.read(one.repeat(1000));
    assertThat(fragment.candidates()).hasSize(IceFragment.MOST_CANDIDATES);
  }

  @Test
  void answersARestartForTheSameSection() {
    IceCredentials ours = new IceCredentials("abcdefghij", "0123456789abcdefghijklmn");
    LocalTransport local =
        new LocalTransport(
            1,
            ours,
            new Fingerprint("sha-256", Bytes.of(new byte[32])),
            List.of(
                IceCandidate.host(
                    Address.parse("192.0.2.7", 7700), IceCandidate.Transport.UDP, 65_535)));
    IceFragment read = IceFragment.read(IceFragment.answer(IceFragment.read(EXAMPLE), local));
    assertThat(read.ice()).isEqualTo(ours);
    assertThat(read.candidates()).isEqualTo(local.candidates());
    assertThat(read.frame()).isEqualTo(IceFragment.read(EXAMPLE).frame());
  }

  @Test
  void readsAnyTextOrSaysThatItIsNone() {
    Fuzz.each(
        200,
        seed -> {
          byte[] bytes = EXAMPLE.getBytes(StandardCharsets.UTF_8);
          String text = new String(Fuzz.mutate(bytes, seed.random()), StandardCharsets.UTF_8);
          try {
            assertThat(IceFragment.read(text).frame()).hasSizeLessThanOrEqualTo(3);
          } catch (ProtocolException _) {
            // Told to who sent it.
          }
        });
  }
}
