package dev.madang.protocol.rtp;

import static dev.madang.protocol.rtp.RtpPacketTest.header;
import static dev.madang.protocol.rtp.RtpPacketTest.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.wire.ByteWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/// RTP and RTCP that lie. What is about RTX, RED and jumps of numbers is beside those classes.
class RtpBadInputTest {
  private final RtpPacket packet = new RtpPacket();

  // ---- 41: RTP ------------------------------------------------------------------------------

  @Test
  void dropsWhatIsTooShortOrOfAnotherVersion() {
    for (int length = 0; length < 12; length++) {
      assertThat(packet.read(hex("80600001 00000002 00000003"), 0, length)).isFalse();
    }
    for (String first : List.of("00", "40", "C0")) {
      refused(hex(first + "600001 00000002 00000003"));
    }
  }

  @Test
  void dropsMoreContributorsThanThePacketHolds() {
    refused(hex("81600001 00000002 00000003"));
    refused(hex("8F600001 00000002 00000003" + "00000001".repeat(14)));
    taken(hex("8F600001 00000002 00000003" + "00000001".repeat(15)));
  }

  @Test
  void dropsAnExtensionThatGoesOnBehindThePacket() {
    refused(hex("90600001 00000002 00000003"));
    refused(hex("90600001 00000002 00000003 BEDE00"));
    refused(hex("90600001 00000002 00000003 BEDE0001"));
    refused(hex("90600001 00000002 00000003 BEDEFFFF 10000000"));
    refused(hex("9F600001 00000002 00000003" + "00000001".repeat(15) + "BEDE0001"));
    taken(hex("90600001 00000002 00000003 BEDE0000"));
  }

  @Test
  void dropsElementsThatGoOnBehindTheirBlock() {
    refused(header("BEDE 0001 13AABBCC", "DDEEFF"));
    refused(header("BEDE 0001 00000010", "AABBCC"));
    refused(header("1000 0001 01 03 AABB", "CC"));
    refused(header("1000 0001 01 FF AABB", "CC".repeat(255)));
    refused(header("1000 0001 01 01 AA 02", "01AA"));
  }

  @Test
  void readsNothingBehindAnElementFifteenOfTheOneByteForm() {
    taken(header("BEDE 0002 10AA F3 20 BBCCDDEE", ""));
    assertThat(packet.extensionByte(1)).isEqualTo(0xAA);
    assertThat(packet.hasExtension(15)).isFalse();
    assertThat(packet.hasExtension(2)).isFalse();
    // Its length, however long, means nothing.
    taken(header("BEDE 0001 000000FF", ""));
    taken(header("BEDE 0002 10AA 03 20 BBCCDDEE", ""));
    assertThat(packet.hasExtension(2)).isFalse();
  }

  @Test
  void ignoresIdsThatNobodyAgreesOn() {
    taken(header("1000 0001 FF 01 AA 00", ""));
    assertThat(packet.hasExtension(255)).isFalse();
    assertThat(packet.extensionOffset(255)).isEqualTo(-1);
    assertThat(packet.extensionLength(-1)).isZero();
  }

  @Test
  void dropsPaddingOfNothingOrOfMoreThanThePayload() {
    refused(hex("A0600001 00000002 00000003 AABBCC00"));
    refused(hex("A0600001 00000002 00000003 AABBCC05"));
    refused(hex("A0600001 00000002 00000003"));
    taken(hex("A0600001 00000002 00000003 AABBCC04"));
  }

  // ---- 46: compound RTCP --------------------------------------------------------------------

  @Test
  void endsTheWalkWhereACompoundPacketIsCutShort() {
    byte[] bytes =
        hex(
            "80C80006 00000001 0000000000000000 00000000 00000000 00000000"
                + "81CA0003 00000001 01026162 00000000"
                + "81CB0001 00000001");
    for (int length = 0; length <= bytes.length; length++) {
      List<String> lines = RtcpLog.of(bytes, 0, length);
      boolean whole = length == 28 || length == 44 || length == 52;
      assertThat(lines.contains("lie")).as(length + " bytes").isEqualTo(!whole);
      assertThat(lines.size())
          .isEqualTo((length < 28 ? 0 : length < 44 ? 1 : length < 52 ? 2 : 3) + (whole ? 0 : 1));
    }
  }

  @Test
  void tellsNothingOfReportsWithFewerBlocksThanTheySay() {
    lie("82C8000C" + "00000001".repeat(12));
    lie("9FC90007" + "00000001".repeat(7));
    lie("80C80005" + "00000001".repeat(5));
    lie("80C90000");
  }

  @Test
  void refusesDescriptionsWithoutAnEnd() {
    lie("81CA0002 00000001 01026162", "cname 1 ab");
    lie("81CA0001 00000001");
    lie("81CA0002 00000001 01FF6162");
    lie("81CA0002 00000001 01036162");
    lie("81CA0003 00000001 02056162 63646501");
    lie("82CA0002 00000001 00000000");
    lie("9FCA0003 00000001 01016100 00000002", "cname 1 a");
  }

  @Test
  void takesAGoodbyeOfThirtyOneAndRefusesOneThatIsShort() {
    byte[] all = new ByteWriter().i32(0x9FCB001F).bytes(new byte[124]).toArray();
    assertThat(RtcpLog.of(all)).hasSize(31).containsOnly("bye 0");
    lie("9FCB001E" + "00000000".repeat(30));
    assertThat(RtcpLog.of(hex("80CB0000"))).isEmpty();
  }

  @Test
  void refusesFeedbackShorterThanItsHead() {
    lie("81CD0001 00000001");
    lie("81CE0000");
    lie("84CE0003 00000001 00000000 00000002");
    assertThat(RtcpLog.of(hex("81CD0002 00000001 00000002"))).isEmpty();
  }

  @Test
  void refusesExtendedReportsThatAreGarbage() {
    lie("80CF0000");
    lie("80CF0002 00000001 04000002");
    lie("80CF0003 00000001 04000001 00000000");
    lie("80CF0003 00000001 0500FFFF 00000000");
    lie("80CF0004 00000001 05000002 00000000 00000000");
    lie("80CF0002 00000001 FF000001");
    assertThat(RtcpLog.of(hex("80CF0002 00000001 FF000000"))).isEmpty();
  }

  @Test
  void refusesPaddingInTheMiddleOrMoreThanThereIs() {
    lie("A1CE0003 00000001 00000002 00000004 81CE0002 00000001 00000002");
    lie("A1CE0003 00000001 00000002 00000000");
    lie("A1CE0003 00000001 00000002 00000010");
    lie("A0CB0000");
    assertThat(RtcpLog.of(hex("A1CE0003 00000001 00000002 00000004"))).containsExactly("pli 2");
  }

  @Test
  void refusesAnotherVersionAndTrailingBytes() {
    lie("41CE0002 00000001 00000002");
    lie("81CE0002 00000001 00000002 81CE00", "pli 2");
    lie("");
  }

  // ---- 49: transport-wide feedback -----------------------------------------------------------

  @Test
  void refusesFeedbackAboutMorePacketsThanAnyoneSends() {
    lie("8FCD0008 00000001 00000002 0000 FFFF 000000 00" + "1FFF".repeat(8));
    // As many as we take, none of them received, in one chunk and a bit.
    List<String> lines =
        RtcpLog.of(hex("8FCD0005 00000001 00000002 0000 2000 000000 00 1FFF 0001"));
    assertThat(lines).hasSize(8194).doesNotContain("lie");
  }

  /// Fifty feedbacks of 24 bytes each would tell of 400 000 packets, for a millisecond and more.
  @Test
  void refusesManyFeedbacksInOnePacketAboutMorePacketsThanAnyoneSends() {
    String feedback = "8FCD0005 00000001 00000002 0000 2000 000000 00 1FFF 0001";
    assertThat(RtcpLog.of(hex(feedback.repeat(50)))).hasSize(8195).endsWith("end", "lie");
    String honest = "8FCD0005 00000001 00000002 0000 0100 000000 00 0100 0000";
    assertThat(RtcpLog.of(hex(honest.repeat(32)))).doesNotContain("lie");
  }

  @Test
  void tellsNothingOfFeedbackThatIsInconsistent() {
    // No chunk, runs of nothing, a reserved status, too few chunks, too few deltas.
    lie("8FCD0004 00000001 00000002 0000 0001 000000 00");
    lie("8FCD0005 00000001 00000002 0000 0001 000000 00 00000000");
    lie("8FCD0005 00000001 00000002 0000 0001 000000 00 60010000");
    lie("8FCD0005 00000001 00000002 0000 0007 000000 00 F0000000");
    lie("8FCD0005 00000001 00000002 0000 0020 000000 00 80008000");
    lie("8FCD0005 00000001 00000002 0000 0003 000000 00 2003 0102");
    lie("8FCD0005 00000001 00000002 0000 0002 000000 00 4002 0102");
    lie("8FCD0003 00000001 00000002 00000001");
  }

  @Test
  void takesFeedbackAboutNothing() {
    assertThat(RtcpLog.of(hex("8FCD0004 00000001 00000002 0000 0000 000000 00")))
        .containsExactly("twcc 2 0 0", "end");
  }

  @Test
  void takesAChunkThatSaysMoreThanIsCounted() {
    assertThat(RtcpLog.of(hex("8FCD0005 00000001 00000002 FFFF 0002 000001 00 3FFF 0102")))
        .containsExactly("twcc 2 0 2", "got 65535 257", "got 0 259", "end");
  }

  // ---- 50: receiver estimates ----------------------------------------------------------------

  @Test
  void takesAnEstimateOfNothingAndRefusesOneThatNoNumberHolds() {
    assertThat(RtcpLog.of(hex("8FCE0004 00000001 00000000 52454D42 00000000")))
        .containsExactly("remb 0");
    // 1 << 62 is the most; 1 << 63 and 3ffff << 63 are not.
    assertThat(RtcpLog.of(hex("8FCE0004 00000001 00000000 52454D42 00F80001")))
        .containsExactly("remb " + (1L << 62));
    lie("8FCE0004 00000001 00000000 52454D42 00FC0001");
    lie("8FCE0004 00000001 00000000 52454D42 00FFFFFF");
    lie("8FCE0004 00000001 00000000 52454D42 00BBFFFF");
  }

  @Test
  void refusesAnEstimateForMoreStreamsThanItNames() {
    lie("8FCE0004 00000001 00000000 52454D42 01000001");
    lie("8FCE0005 00000001 00000000 52454D42 FF000001 00000001");
  }

  private void refused(byte[] bytes) {
    assertThat(packet.read(bytes, 0, bytes.length)).isFalse();
  }

  private void taken(byte[] bytes) {
    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
  }

  /** The bytes do not hold together, and say only this before the lie. */
  private static void lie(String bytes, String... before) {
    List<String> lines = RtcpLog.of(hex(bytes));
    assertThat(lines).as(bytes).endsWith("lie");
    assertThat(lines.subList(0, lines.size() - 1)).as(bytes).containsExactly(before);
  }
}
