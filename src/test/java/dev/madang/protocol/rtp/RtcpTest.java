package dev.madang.protocol.rtp;

import static dev.madang.protocol.rtp.RtpPacketTest.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class RtcpTest {
  private final byte[] out = new byte[2000];
  private final RtcpWriter writer = new RtcpWriter();

  /** The packets of RFC 3550 §6.4 and §6.5 by their figures. */
  @Test
  void writesReportsAndDescriptionsAsTheRfcDrawsThem() {
    writer.begin(out, 4, 500);
    writer.senderReport(0x01020304, 0x83AA7E80_40000000L, 0x11223344, 5, 600);
    writer.reportBlock(0x0A0B0C0D, 64, -2, 0x00010002, 9, 0x55667788, 65536);
    writer.canonicalName(0x01020304, "ab@c".getBytes(StandardCharsets.US_ASCII));
    writer.bye(0x01020304);

    assertThat(written(4))
        .isEqualTo(
            hex(
                "81C8000C 01020304 83AA7E80 40000000 11223344 00000005 00000258"
                    + " 0A0B0C0D 40FFFFFE 00010002 00000009 55667788 00010000"
                    + " 81CA0003 01020304 0104 61624063 0000"
                    + " 81CB0001 01020304"));
    assertThat(RtcpLog.of(out, 4, writer.length()))
        .containsExactly(
            "sr 16909060 83aa7e8040000000 287454020 5 600",
            "block 16909060 168496141 64 -2 65538 9 1432778632 65536",
            "cname 16909060 ab@c",
            "bye 16909060");
  }

  @Test
  void everyLengthOfANameEndsWithNulls() {
    for (int length = 0; length < 9; length++) {
      String name = "x".repeat(length);
      writer.begin(out, 0, 100);
      assertThat(writer.canonicalName(7, name.getBytes(StandardCharsets.US_ASCII))).isTrue();
      assertThat(writer.length() % 4).isZero();
      assertThat(RtcpLog.of(written(0))).containsExactly("cname 7 " + name);
    }
  }

  @Test
  void readsSeveralChunksAndOtherItemsOfADescription() {
    byte[] bytes = hex("82CA0006 00000001 0204 6E616D65 0101 61 000000 00000002 01016200");

    assertThat(RtcpLog.of(bytes)).containsExactly("cname 1 a", "cname 2 b");
  }

  @Test
  void asksForPacketsInAsFewItemsAsCanBe() {
    writer.begin(out, 0, 500);
    int[] lost = {9, 0xFFFE, 0xFFFF, 14, 15, 200, 216, 217};
    assertThat(writer.nack(1, 2, lost, 1, 7)).isTrue();

    assertThat(written(0))
        .isEqualTo(hex("81CD0006 00000001 00000002 FFFE8001 000F0000 00C88000 00D90000"));
    assertThat(RtcpLog.of(written(0)))
        .containsExactly(
            "nack 2 65534 1000000000000001",
            "nack 2 15 0",
            "nack 2 200 1000000000000000",
            "nack 2 217 0");
  }

  @RepeatedTest(50)
  void asksForWhateverIsMissingOverTheEdge(Seed seed) {
    RandomGenerator random = seed.random();
    TreeSet<Integer> missing = new TreeSet<>();
    int base = random.nextInt(0x10000);
    for (int i = random.nextInt(1, 100); i > 0; i--) {
      missing.add(random.nextInt(random.nextBoolean() ? 100 : 2000));
    }
    int[] sequences = missing.stream().mapToInt(n -> n + base & 0xFFFF).toArray();
    writer.begin(out, 0, 2000);
    assertThat(writer.nack(1, 2, sequences, 0, sequences.length)).isTrue();

    List<Integer> asked = new ArrayList<>();
    RtcpReader.read(
        out,
        0,
        writer.length(),
        new RtcpReader.Output() {
          @Override
          public void nack(int mediaSsrc, int first, int following) {
            asked.add(first);
            for (int i = 0; i < 16; i++) {
              if ((following & 1 << i) != 0) {
                asked.add(first + 1 + i & 0xFFFF);
              }
            }
          }
        });
    assertThat(asked).containsExactlyElementsOf(Arrays.stream(sequences).boxed().toList());
  }

  @Test
  void writesWhatAsksForKeyframes() {
    writer.begin(out, 0, 500);
    writer.pictureLoss(1, 2);
    writer.fullIntra(1, 2, 0x1FE);

    assertThat(written(0))
        .isEqualTo(hex("81CE0002 00000001 00000002 84CE0004 00000001 00000000 00000002 FE000000"));
    assertThat(RtcpLog.of(written(0))).containsExactly("pli 2", "fir 2 254");
  }

  /** draft-alvestrand-rmcat-remb-03 §2.2: 18 bits of mantissa. */
  @Test
  void writesAnEstimateToEighteenBits() {
    writer.begin(out, 0, 500);
    writer.receiverEstimate(1, 300_000, new int[] {2, 3}, 2);
    assertThat(written(0))
        .isEqualTo(hex("8FCE0006 00000001 00000000 52454D42 020649F0 00000002 00000003"));
    assertThat(RtcpLog.of(written(0))).containsExactly("remb 300000", "remb of 2", "remb of 3");

    for (long bitrate : new long[] {0, 1, 0x3FFFF, 0x40000, 1L << 62}) {
      writer.begin(out, 0, 500);
      writer.receiverEstimate(1, bitrate, new int[0], 0);
      assertThat(RtcpLog.of(written(0))).containsExactly("remb " + bitrate);
    }
    writer.begin(out, 0, 500);
    writer.receiverEstimate(1, Long.MAX_VALUE, new int[0], 0);
    assertThat(RtcpLog.of(written(0))).containsExactly("remb " + (0x3FFFFL << 45));
  }

  @Test
  void writesTheClockAndItsEcho() {
    writer.begin(out, 0, 500);
    writer.receiverReferenceTime(1, 0x0102030405060708L);
    writer.delaySinceReference(4, 1, 0x03040506, 65536);

    assertThat(written(0))
        .isEqualTo(
            hex(
                "80CF0004 00000001 04000002 01020304 05060708"
                    + " 80CF0005 00000004 05000003 00000001 03040506 00010000"));
    assertThat(RtcpLog.of(written(0)))
        .containsExactly("rrtr 1 102030405060708", "dlrr 4 1 50595078 65536");
  }

  @Test
  void writesNothingWhereThereIsNoRoom() {
    writer.begin(out, 0, 40);
    assertThat(writer.receiverReport(1)).isTrue();
    assertThat(writer.reportBlock(2, 0, 0, 0, 0, 0, 0)).isTrue();
    assertThat(writer.reportBlock(3, 0, 0, 0, 0, 0, 0)).isFalse();
    assertThat(writer.pictureLoss(1, 2)).isFalse();
    assertThat(writer.bye(1)).isTrue();
    assertThat(writer.reportBlock(3, 0, 0, 0, 0, 0, 0)).isFalse();
    assertThat(writer.length()).isEqualTo(40);
    assertThat(RtcpLog.of(written(0))).containsExactly("rr 1", "block 1 2 0 0 0 0 0 0", "bye 1");
    assertThatThrownBy(() -> writer.begin(out, 10, out.length))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aReportHoldsThirtyOneBlocks() {
    writer.begin(out, 0, 2000);
    writer.receiverReport(1);
    for (int i = 0; i < 31; i++) {
      assertThat(writer.reportBlock(i, 0, 0, 0, 0, 0, 0)).isTrue();
    }
    assertThat(writer.reportBlock(31, 0, 0, 0, 0, 0, 0)).isFalse();
    assertThat(RtcpLog.of(written(0))).hasSize(32);
  }

  /** RFC 5506: feedback alone, without a report before it. */
  @Test
  void readsReducedSizePackets() {
    assertThat(RtcpLog.of(hex("81CE0002 00000001 00000002"))).containsExactly("pli 2");
  }

  @Test
  void stepsOverWhatItDoesNotKnow() {
    byte[] bytes =
        hex(
            "80CC0002 00000001 41424344" // APP
                + "83CD0003 00000001 00000002 00000000" // TMMBR
                + "8FCE0003 00000001 00000000 41424344" // other application feedback
                + "80CF0003 00000001 09000001 00000000" // an unknown block of an extended report
                + "80DE0000"
                + "81CE0002 00000001 00000002");

    assertThat(RtcpLog.of(bytes)).containsExactly("pli 2");
  }

  private byte[] written(int at) {
    return Arrays.copyOfRange(out, at, at + writer.length());
  }
}
