package dev.madang.protocol.rtp;

import static dev.madang.protocol.rtp.RtcpWriter.NOT_RECEIVED;
import static dev.madang.protocol.rtp.RtpPacketTest.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** draft-holmer-rmcat-transport-wide-cc-extensions-01. */
@ExtendWith(Seeds.class)
class TransportFeedbackTest {
  private final byte[] out = new byte[20_000];
  private final RtcpWriter writer = new RtcpWriter();

  /// The first example chunk of §3.1.4, a vector of fourteen bits: one packet not received, five
  /// received, three not, three received, two not. Deltas of 1 to 8 quarter milliseconds.
  @Test
  void readsTheVectorOfBitsOfTheDraft() {
    byte[] bytes = hex("8FCD0007 00000001 00000002 FFFF 000E 000002 05 9F1C 01020304050607080000");

    assertThat(RtcpLog.of(bytes))
        .containsExactly(
            "twcc 2 5 14",
            "lost 65535",
            "got 0 513",
            "got 1 515",
            "got 2 518",
            "got 3 522",
            "got 4 527",
            "lost 5",
            "lost 6",
            "lost 7",
            "got 8 533",
            "got 9 540",
            "got 10 548",
            "lost 11",
            "lost 12",
            "end");
  }

  /// RFC 3550 would have four, or none; libwebrtc fills up to whole words with one to three bytes.
  @Test
  void readsWhatChromiumFillsUpToWholeWords() {
    byte[] one = hex("AFCD0006 FA17FA17 04D213CF 003F 000D 033426 05 864A 62 1F1A463701");
    byte[] two = hex("AFCD0005 FA17FA17 04D213CF 000D 0001 033422 01 2001 72 01");
    byte[] three = hex("AFCD0006 FA17FA17 F670D2E3 00A1 0003 03342E 0F 2003 673961 000003");

    assertThat(RtcpLog.of(one))
        .hasSize(15)
        .startsWith("twcc 80876495 5 13", "lost 63")
        .endsWith("end");
    assertThat(RtcpLog.of(two)).hasSize(3).startsWith("twcc 80876495 1 1").endsWith("end");
    assertThat(RtcpLog.of(three)).hasSize(5).contains("twcc -160378141 15 3").endsWith("end");
  }

  /**
   * The run of §3.1.3: 221 packets not received; then a vector of pairs with deltas of both kinds.
   */
  @Test
  void readsRunsAndVectorsOfPairs() {
    byte[] bytes = hex("8FCD0006 00000001 00000002 0001 00E0 FFFFFF 00 00DD D900 FF FFFE 0A");
    List<String> lines = RtcpLog.of(bytes);

    assertThat(lines).hasSize(226).startsWith("twcc 2 0 224", "lost 1").contains("lost 221");
    // The reference time wraps with the clock: a negative delta goes back from it.
    assertThat(lines.subList(222, 226))
        .containsExactly("got 222 4294967295", "got 223 4294967293", "got 224 7", "end");
  }

  @Test
  void writesTheShortestChunks() {
    long[] arrivals = new long[40];
    Arrays.fill(arrivals, NOT_RECEIVED);
    for (int i = 0; i < 20; i++) {
      arrivals[i] = 1000L + i;
    }
    arrivals[39] = 1020;
    writer.begin(out, 0, 500);
    assertThat(writer.transportFeedback(1, 2, 7, 100, arrivals, 0, 40)).isEqualTo(40);

    assertThat(written())
        .isEqualTo(
            hex(
                "8FCD000B 00000001 00000002 0064 0028 000003 07"
                    + " 2014 0013 2001"
                    + " E8"
                    + "01".repeat(20)
                    + "00"));
  }

  @Test
  void endsBeforeADeltaThatIsTooLarge() {
    long[] arrivals = {0, 32767, 65535, 65536};
    writer.begin(out, 0, 500);

    assertThat(writer.transportFeedback(1, 2, 0, 9, arrivals, 0, 4)).isEqualTo(2);
    assertThat(RtcpLog.of(written()))
        .containsExactly("twcc 2 0 2", "got 9 0", "got 10 32767", "end");
    writer.begin(out, 0, 500);
    assertThat(writer.transportFeedback(1, 2, 1, 11, arrivals, 2, 2)).isEqualTo(2);
    assertThat(RtcpLog.of(written()))
        .containsExactly("twcc 2 1 2", "got 11 65535", "got 12 65536", "end");
  }

  @Test
  void tellsOfPacketsThatCameInAnotherOrder() {
    long[] arrivals = {700, NOT_RECEIVED, 690, 5000};
    writer.begin(out, 0, 500);
    writer.transportFeedback(1, 2, 0, 9, arrivals, 0, 4);

    assertThat(RtcpLog.of(written()))
        .containsExactly("twcc 2 0 4", "got 9 700", "lost 10", "got 11 690", "got 12 5000", "end");
  }

  @Test
  void tellsOfLossAlone() {
    long[] arrivals = {NOT_RECEIVED, NOT_RECEIVED, NOT_RECEIVED};
    writer.begin(out, 0, 500);

    assertThat(writer.transportFeedback(1, 2, 0, 9, arrivals, 0, 3)).isEqualTo(3);
    assertThat(RtcpLog.of(written()))
        .containsExactly("twcc 2 0 3", "lost 9", "lost 10", "lost 11", "end");
  }

  @Test
  void writesNothingWithoutRoomOrPackets() {
    writer.begin(out, 0, 20);
    assertThat(writer.transportFeedback(1, 2, 0, 9, new long[1], 0, 1)).isZero();
    writer.begin(out, 0, 500);
    assertThat(writer.transportFeedback(1, 2, 0, 9, new long[1], 0, 0)).isZero();
    assertThat(writer.length()).isZero();
  }

  @RepeatedTest(300)
  void whatIsWrittenIsReadWhateverTheLoss(Seed seed) {
    RandomGenerator random = seed.random();
    int count = random.nextInt(1, random.nextInt(4) == 0 ? 3000 : 60);
    long[] arrivals = new long[count];
    long time = random.nextLong(1L << 40);
    int step = 1 << random.nextInt(1, 14);
    boolean received = random.nextBoolean();
    for (int i = 0; i < count; i++) {
      time += random.nextInt(10) == 0 ? random.nextInt(-300, 300) : random.nextInt(step);
      if (random.nextInt(20) == 0) {
        received = !received;
      }
      arrivals[i] = received ? time : NOT_RECEIVED;
    }
    int base = random.nextInt(0x10000);
    int from = 0;
    List<String> expected = new ArrayList<>();
    List<String> read = new ArrayList<>();
    while (from < count) {
      writer.begin(out, 0, random.nextInt(60, 1200));
      int told =
          writer.transportFeedback(1, 2, 0, base + from & 0xFFFF, arrivals, from, count - from);
      assertThat(told).isPositive();
      expected.add("twcc 2 0 " + told);
      int first = from;
      IntStream.range(0, told)
          .mapToObj(i -> line(base + first + i & 0xFFFF, arrivals[first + i]))
          .forEach(expected::add);
      expected.add("end");
      read.addAll(RtcpLog.of(written()));
      from += told;
    }
    assertThat(read).isEqualTo(expected);
  }

  private static String line(int sequence, long arrival) {
    return arrival == NOT_RECEIVED
        ? "lost " + sequence
        : "got " + sequence + " " + (arrival & 0xFFFF_FFFFL);
  }

  private byte[] written() {
    return Arrays.copyOf(out, writer.length());
  }
}
