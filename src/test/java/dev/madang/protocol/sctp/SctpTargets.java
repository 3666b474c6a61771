package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.madang.wire.ByteReader;
import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: chunks behind a right header, and messages of DCEP.
class SctpTargets {
  @MethodSource("seeds")
  @FuzzTest
  void sctp(byte[] chunks) {
    RawPeer peer = new RawPeer().interleaving();
    int half = chunks.length / 2 & ~3;
    peer.sayRaw(RawPeer.packet(peer.theirTag, Arrays.copyOf(chunks, half)));
    peer.sayRaw(RawPeer.packet(peer.theirTag, Arrays.copyOfRange(chunks, half, chunks.length)));
    peer.pass(500);
    assertThat(peer.sctp.counters().bytesHeld()).isBetween(0L, (1L << 20) + (1 << 18) + 2000);
    peer.sctp.abort("", peer.now);
    assertThat(peer.sctp.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @FuzzTest
  void dcep(byte[] bytes) {
    try {
      DcepMessage.read(new ByteReader(bytes));
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  static List<byte[]> seeds() {
    return SctpFuzzTest.recorded(true).stream()
        .limit(100)
        .map(packet -> Arrays.copyOfRange(packet, 12, packet.length))
        .toList();
  }
}
