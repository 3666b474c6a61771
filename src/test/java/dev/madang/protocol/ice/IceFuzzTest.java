package dev.madang.protocol.ice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.ice.IceAgent.Role;
import dev.madang.protocol.ice.IceCandidate.Transport;
import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.rig.Fuzz;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bytes and lines of strangers: answered, refused or dropped, never more. */
class IceFuzzTest {
  @Test
  void anyBytesAreAnsweredWithNoMoreThanTheyWere() {
    Fuzz.each(200, seed -> bombard(seed.random()));
  }

  private static void bombard(RandomGenerator random) {
    IceCredentials ours = IceCredentials.random(random);
    IceCredentials theirs = IceCredentials.random(random);
    Both out = new Both();
    IceLite<Integer> lite = new IceLite<>(ours, out, 0);
    IceAgent<Integer> agent = new IceAgent<>(ours, Role.CONTROLLED, random, out, 0);
    agent.addLocal(LOCAL, 0);
    agent.setRemote(theirs, false, 0);
    agent.tick(0);
    List<byte[]> corpus = corpus(random, ours, theirs);
    long now = 0;
    for (int i = 0; i < 200; i++) {
      byte[] whole = corpus.get(random.nextInt(corpus.size()));
      byte[] bytes = random.nextInt(8) == 0 ? whole : Fuzz.mutate(whole, random);
      if (random.nextBoolean() && bytes.length >= 20) {
        bytes = Arrays.copyOf(bytes, bytes.length & ~3);
        bytes[2] = (byte) (bytes.length - 20 >>> 8);
        bytes[3] = (byte) (bytes.length - 20);
      }
      int offset = random.nextInt(4);
      byte[] shifted = new byte[bytes.length + offset + random.nextInt(4)];
      System.arraycopy(bytes, 0, shifted, offset, bytes.length);
      int from = random.nextInt(20);
      now += random.nextLong(2_000_000_000L);
      IceLite.ufragOf(shifted, offset, bytes.length);

      out.sent = 0;
      boolean known =
          lite.receive(from, SOURCE.withPort(1 + from), shifted, offset, bytes.length, now);
      assertThat(known || out.sent <= bytes.length).isTrue();
      out.sent = 0;
      known =
          agent.receive(LOCAL, from, SOURCE.withPort(1 + from), shifted, offset, bytes.length, now);
      assertThat(known || out.sent <= bytes.length).isTrue();
      if (lite.deadline() - now <= 0) {
        lite.tick(now);
      }
      if (agent.deadline() - now <= 0) {
        agent.tick(now);
      }
      assertThat(lite.selected() == null || lite.validated(lite.selected())).isTrue();
    }
  }

  private static List<byte[]> corpus(
      RandomGenerator random, IceCredentials ours, IceCredentials theirs) {
    List<byte[]> corpus = new ArrayList<>(Fuzz.corpus("stun"));
    IntegrityKey key = IntegrityKey.shortTerm(ours.password());
    StunAttribute name = new StunAttribute.Username(ours.ufrag() + ":" + theirs.ufrag());
    for (StunAttribute more :
        List.of(
            new StunAttribute.UseCandidate(),
            new StunAttribute.IceControlled(random.nextLong()),
            new StunAttribute.IceControlling(random.nextLong()),
            new StunAttribute.Priority(random.nextInt() & 0xFFFF_FFFFL))) {
      StunMessage request =
          StunMessage.request(
              StunMessage.BINDING,
              TransactionId.random(random),
              name,
              new StunAttribute.Priority(7),
              more);
      corpus.add(request.write(key, true));
      corpus.add(request.write(key, false));
    }
    return corpus;
  }

  @Test
  void anyLineIsACandidateOrRefused() {
    Fuzz.each(200, seed -> lines(seed.random()));
  }

  private static void lines(RandomGenerator random) {
    for (int i = 0; i < 100; i++) {
      byte[] whole = LINES.get(random.nextInt(LINES.size())).getBytes(StandardCharsets.ISO_8859_1);
      String line = new String(Fuzz.mutate(whole, random), StandardCharsets.ISO_8859_1);
      IceCandidate candidate;
      try {
        candidate = IceCandidate.parse(line);
      } catch (ProtocolException _) {
        continue;
      }
      assertThat(IceCandidate.parse(candidate.write())).isEqualTo(candidate);
      assertThat(candidate.write()).matches("[ -~]+");
    }
  }

  private static final class Both implements IceLite.Output<Integer>, IceAgent.Output<Integer> {
    int sent;

    @Override
    public @Nullable Integer way(IceCandidate local, IceCandidate remote) {
      return remote.port();
    }

    @Override
    public void send(Integer to, byte[] bytes, int offset, int length) {
      assertThat(StunMessage.looksLike(bytes, offset, length)).isTrue();
      sent += length;
    }

    @Override
    public void selected(Integer to, long now) {}

    @Override
    public void lost(long now) {}
  }

  private static final Address SOURCE = Address.parse("198.51.100.7", 50_000);
  private static final IceCandidate LOCAL =
      IceCandidate.host(Address.parse("192.0.2.1", 7700), Transport.UDP, 1);
  private static final List<String> LINES =
      List.of(
          "candidate:1 1 udp 2122260223 192.168.1.7 54321 typ host generation 0 ufrag aB3+",
          "candidate:3 1 TCP 1688207359 192.0.2.3 9 typ srflx raddr 10.0.1.1 rport 9 tcptype so",
          "a=candidate:842163049 1 udp 1677729535 2001:db8::5 54321 typ relay raddr :: rport 0",
          "candidate:1 1 udp 1 8b5d3a1e-2f6c-4b7d-9e0a-1c2d3e4f5a6b.local 54321 typ prflx");
}
