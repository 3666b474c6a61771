package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The ring of bits beside a plain set of numbers. */
@ExtendWith(Seeds.class)
class ReceivedTsnsTest {
  @Test
  void knowsWhatASetOfNumbersKnows(Seed seed) {
    for (int i = 0; i < 200; i++) {
      run(new Seed(seed.value() + i).random(), i % 4 == 0 ? 65_535 : 300);
    }
  }

  private static void run(RandomGenerator random, int reach) {
    long first = random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 32);
    ReceivedTsns tsns = new ReceivedTsns(first);
    TreeSet<Long> beyond = new TreeSet<>();
    long cumulative = first - 1;
    for (int i = 0; i < 400; i++) {
      long tsn = cumulative + 1 + random.nextInt(random.nextBoolean() ? 4 : reach);
      boolean known = beyond.contains(tsn);
      assertThat(tsns.has(tsn)).isEqualTo(known);
      if (random.nextInt(40) == 0) {
        tsns.forward(tsn);
        cumulative = Math.max(cumulative, tsn);
      } else if (!known) {
        tsns.add(tsn);
        beyond.add(tsn);
      }
      while (!beyond.isEmpty() && beyond.first() <= cumulative + 1) {
        cumulative = Math.max(cumulative, beyond.pollFirst());
      }
      assertThat(tsns.cumulative()).isEqualTo(cumulative);
      assertThat(tsns.hasGap()).isEqualTo(!beyond.isEmpty());
      if (i % 10 == 0) {
        assertThat(sacked(tsns, cumulative)).isEqualTo(beyond);
      }
    }
  }

  /** Reads the gap blocks back. */
  private static Set<Long> sacked(ReceivedTsns tsns, long cumulative) {
    RawPeer peer = new RawPeer();
    PacketWriter packet =
        new PacketWriter(SctpPair.settings(4096, 1 << 18, true), new Tally(), peer);
    tsns.write(packet, 1234);
    packet.flush();
    RawPeer.Part sack = peer.only(Chunk.SACK);
    assertThat(sack.i32(0)).isEqualTo((int) cumulative);
    assertThat(sack.i32(4)).isEqualTo(1234);
    Set<Long> said = new TreeSet<>();
    for (int i = 0; i < sack.u16(8); i++) {
      for (long at = sack.u16(12 + 4 * i); at <= sack.u16(14 + 4 * i); at++) {
        said.add(cumulative + at);
      }
    }
    return said;
  }
}
