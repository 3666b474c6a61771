package dev.madang.protocol.srtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.BigEndian;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A sender and a receiver with the same master key. Numbers in names are those of the list of bad
/// inputs that this protocol must survive.
@ExtendWith(Seeds.class)
class SrtpTest {
  @ParameterizedTest
  @EnumSource
  void whatIsProtectedIsUnprotected(SrtpProfile profile) {
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    for (int length = 12; length < 1300; length += 13) {
      byte[] rtp = rtp(SSRC, length, length);
      byte[] bytes = new byte[1500];
      int size = sender.protect(rtp, 0, 12, length, bytes, 40);
      assertThat(size).isEqualTo(length + profile.rtpOverhead());
      assertThat(Arrays.copyOfRange(bytes, 40, 52)).isEqualTo(Arrays.copyOf(rtp, 12));

      assertThat(receiver.unprotect(bytes, 40, size)).isEqualTo(length);
      assertThat(Arrays.copyOfRange(bytes, 40, 40 + length)).isEqualTo(rtp);
      assertThat(bytes[39]).isZero();
      assertThat(bytes[40 + size]).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPacketInPlaceAndOneWhoseHeaderWasWrittenApartAreTheSame(SrtpProfile profile) {
    byte[] rtp = rtp(SSRC, 7, 900);
    rtp[0] |= 0x10;
    BigEndian.put16(rtp, 14, 3);
    int header = 12 + 4 + 12;
    byte[] apart = new byte[1000];
    byte[] inPlace = Arrays.copyOf(rtp, 1000);
    byte[] whole = new byte[1000];
    System.arraycopy(rtp, 0, apart, 0, header);

    int size = sender(profile).protect(rtp, 0, header, 900, whole, 0);
    assertThat(sender(profile).protect(inPlace, 0, header, 900, inPlace, 0)).isEqualTo(size);
    assertThat(sender(profile).protect(apart, 0, header, rtp, header, 900 - header))
        .isEqualTo(size);

    assertThat(inPlace).isEqualTo(whole);
    assertThat(apart).isEqualTo(whole);
    assertThat(receiver(profile).unprotect(whole, 0, size)).isEqualTo(900);
    assertThat(Arrays.copyOf(whole, 900)).isEqualTo(rtp);
  }

  @ParameterizedTest
  @EnumSource
  void rtcpOfSeveralSsrcsPasses(SrtpProfile profile) {
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    for (int i = 0; i < 300; i++) {
      byte[] rtcp = rtcp(i % 3, 8 + 4 * (i % 50));
      byte[] bytes = new byte[300];
      int size = sender.protectRtcp(rtcp, 0, rtcp.length, bytes, 5);
      assertThat(size).isEqualTo(rtcp.length + profile.rtcpOverhead());
      byte[] again = bytes.clone();

      assertThat(receiver.unprotectRtcp(bytes, 5, size)).isEqualTo(rtcp.length);
      assertThat(Arrays.copyOfRange(bytes, 5, 5 + rtcp.length)).isEqualTo(rtcp);
      assertThat(receiver.unprotectRtcp(again, 5, size)).isEqualTo(SrtpReceiver.REPLAYED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theCountGoesOnWhenTheSequenceNumberWraps(SrtpProfile profile) {
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    for (int i = 60_000; i < 280_000; i += i % 65_536 < 100 || i % 65_536 > 65_400 ? 1 : 97) {
      byte[] bytes = protect(sender, SSRC, i, 100);
      assertThat(receiver.unprotect(bytes, 0, bytes.length)).isEqualTo(100);
    }
  }

  @RepeatedTest(10)
  void orderDoesNotMatterAroundAWrap(Seed seed) {
    SrtpProfile profile = SrtpProfile.AEAD_AES_128_GCM;
    RandomGenerator random = seed.random();
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    List<byte[]> packets = new ArrayList<>();
    for (int i = 65_536 - 500; i < 65_536 + 500; i++) {
      packets.add(protect(sender, SSRC, i, 50));
    }
    // Nobody is late by more than the window.
    for (int from = 0; from < packets.size(); from += 100) {
      Collections.shuffle(packets.subList(from, from + 100), new Random(random.nextLong()));
    }
    for (byte[] packet : packets) {
      byte[] again = packet.clone();
      assertThat(receiver.unprotect(packet, 0, packet.length)).isEqualTo(50);
      assertThat(receiver.unprotect(again, 0, again.length)).isEqualTo(SrtpReceiver.REPLAYED);
    }
  }

  @Test
  void aPacketLaterThanTheWindowIsRefused() {
    SrtpProfile profile = SrtpProfile.AEAD_AES_128_GCM;
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    byte[] tooLate = protect(sender, SSRC, 1000, 50);
    byte[] late = protect(sender, SSRC, 1001, 50);
    byte[] newest = protect(sender, SSRC, 1128, 50);

    assertThat(receiver.unprotect(newest, 0, newest.length)).isEqualTo(50);
    assertThat(receiver.unprotect(tooLate, 0, tooLate.length)).isEqualTo(SrtpReceiver.REPLAYED);
    assertThat(receiver.unprotect(late, 0, late.length)).isEqualTo(50);
  }

  @Test
  void aStreamMayBeginJustBeforeAWrap() {
    SrtpProfile profile = SrtpProfile.AEAD_AES_128_GCM;
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    byte[] before = protect(sender, SSRC, 65_535, 50);
    byte[] after = protect(sender, SSRC, 65_536, 50);
    byte[] lost = after.clone();

    // Nobody can know yet that there was a wrap; a forged packet would look the same.
    assertThat(receiver.unprotect(lost, 0, lost.length)).isEqualTo(SrtpReceiver.FORGED);
    assertThat(receiver.unprotect(before, 0, before.length)).isEqualTo(50);
    assertThat(receiver.unprotect(after, 0, after.length)).isEqualTo(50);
  }

  /** 38. */
  @ParameterizedTest
  @EnumSource
  void aHundredThousandForgedPacketsHaveNoEffect(SrtpProfile profile) {
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    byte[] first = protect(sender, SSRC, 1, 50);
    assertThat(receiver.unprotect(first, 0, first.length)).isEqualTo(50);
    byte[] forged = new byte[50 + profile.rtpOverhead()];
    for (int i = 0; i < 100_000; i++) {
      byte[] header = rtp(i % 7 == 0 ? i : SSRC, 2 + i, 12);
      System.arraycopy(header, 0, forged, 0, 12);
      forged[20] = (byte) i;
      assertThat(receiver.unprotect(forged, 0, forged.length)).isNegative();
    }

    byte[] second = protect(sender, SSRC, 2, 50);
    assertThat(receiver.unprotect(second, 0, second.length)).isEqualTo(50);
    byte[] other = protect(sender, SSRC + 1, 2, 50);
    assertThat(receiver.unprotect(other, 0, other.length)).isEqualTo(50);
  }

  /** 39. */
  @ParameterizedTest
  @EnumSource
  void aReplayedPacketIsRefused(SrtpProfile profile) {
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    byte[] packet = protect(sender, SSRC, 1, 50);
    byte[] replayed = packet.clone();
    byte[] much = packet.clone();

    assertThat(receiver.unprotect(packet, 0, packet.length)).isEqualTo(50);
    assertThat(receiver.unprotect(replayed, 0, replayed.length)).isEqualTo(SrtpReceiver.REPLAYED);
    for (int i = 2; i < 400; i++) {
      byte[] next = protect(sender, SSRC, i, 50);
      assertThat(receiver.unprotect(next, 0, next.length)).isEqualTo(50);
    }
    assertThat(receiver.unprotect(much, 0, much.length)).isEqualTo(SrtpReceiver.REPLAYED);
  }

  /** 39. */
  @ParameterizedTest
  @EnumSource
  void aRollOverCounterOneTooHighOrTooLowIsForged(SrtpProfile profile) {
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = receiver(profile);
    for (int i = 40_000; i < 160_000; i += 20_000) {
      byte[] packet = protect(sender, SSRC, i, 50);
      assertThat(receiver.unprotect(packet, 0, packet.length)).isEqualTo(50);
    }
    Transform transform =
        Transform.of(profile, SessionKeys.ofRtp(profile, key(profile), salt(profile)), true);
    for (int roc : new int[] {0, 1, 3, 1000}) {
      byte[] packet = Arrays.copyOf(rtp(SSRC, 10_000, 50), 50 + profile.rtpOverhead());
      transform.protect(packet, 12, 38, packet, 0, 12, SSRC, (long) roc << 16 | 10_000);
      assertThat(receiver.unprotect(packet, 0, packet.length)).isEqualTo(SrtpReceiver.FORGED);
    }

    byte[] next = protect(sender, SSRC, 140_001, 50);
    assertThat(receiver.unprotect(next, 0, next.length)).isEqualTo(50);
  }

  /** 39. */
  @ParameterizedTest
  @EnumSource
  void twoPublishersWithTheSameSsrcDoNotMeet(SrtpProfile profile) {
    SrtpSender one = sender(profile);
    SrtpReceiver ofOne = receiver(profile);
    byte[] otherKey = new byte[profile.keyLength()];
    SrtpSender two = new SrtpSender(profile, otherKey, salt(profile));
    SrtpReceiver ofTwo = new SrtpReceiver(profile, otherKey, salt(profile));
    for (int i = 0; i < 200; i++) {
      byte[] first = protect(one, SSRC, i, 50);
      byte[] second = protect(two, SSRC, i / 2 * 3, 50);
      byte[] astray = first.clone();
      assertThat(ofTwo.unprotect(astray, 0, astray.length)).isNegative();
      assertThat(ofOne.unprotect(first, 0, first.length)).isEqualTo(50);
      assertThat(ofTwo.unprotect(second, 0, second.length))
          .isEqualTo(i % 2 == 0 ? 50 : SrtpReceiver.REPLAYED);
    }
  }

  /** 40. */
  @ParameterizedTest
  @EnumSource
  void rtcpShorterThanTagAndIndexIsTooShort(SrtpProfile profile) {
    SrtpReceiver receiver = receiver(profile);
    byte[] packet = rtcp(SSRC, 64);
    for (int length = 0; length < 8 + profile.rtcpOverhead(); length++) {
      assertThat(receiver.unprotectRtcp(packet, 64 - length, length))
          .isEqualTo(SrtpReceiver.TOO_SHORT);
    }
    assertThat(receiver.unprotectRtcp(packet, 0, 8 + profile.rtcpOverhead()))
        .isEqualTo(SrtpReceiver.FORGED);
  }

  @ParameterizedTest
  @EnumSource
  void anRtpHeaderBeyondThePacketIsTooShort(SrtpProfile profile) {
    SrtpReceiver receiver = receiver(profile);
    for (int length = 0; length < 12 + profile.rtpOverhead(); length++) {
      assertThat(receiver.unprotect(rtp(SSRC, 1, 100), 100 - length, length))
          .isEqualTo(SrtpReceiver.TOO_SHORT);
    }
    byte[] contributors = rtp(SSRC, 1, 60);
    contributors[0] |= 0x0F;
    assertThat(receiver.unprotect(contributors, 0, 60)).isEqualTo(SrtpReceiver.TOO_SHORT);
    byte[] extension = rtp(SSRC, 1, 60);
    extension[0] |= 0x10;
    BigEndian.put16(extension, 14, 0xFFFF);
    assertThat(receiver.unprotect(extension, 0, 60)).isEqualTo(SrtpReceiver.TOO_SHORT);
  }

  /** 42. */
  @Test
  void aFloodOfSsrcsFindsTheLimit() {
    SrtpProfile profile = SrtpProfile.AEAD_AES_128_GCM;
    SrtpSender sender = sender(profile);
    SrtpReceiver receiver = new SrtpReceiver(profile, key(profile), salt(profile), 50);
    for (int ssrc = 0; ssrc < 50; ssrc++) {
      byte[] packet = protect(sender, ssrc * 16, 1, 50);
      assertThat(receiver.unprotect(packet, 0, packet.length)).isEqualTo(50);
    }
    byte[] more = protect(sender, 17, 1, 50);
    assertThat(receiver.unprotect(more, 0, more.length)).isEqualTo(SrtpReceiver.TOO_MANY_SSRCS);
    byte[] report = new byte[200];
    int size = sender.protectRtcp(rtcp(17, 60), 0, 60, report, 0);
    assertThat(receiver.unprotectRtcp(report, 0, size)).isEqualTo(SrtpReceiver.TOO_MANY_SSRCS);
    byte[] known = protect(sender, 16, 2, 50);
    assertThat(receiver.unprotect(known, 0, known.length)).isEqualTo(50);
  }

  /** RFC 8827 §6.5: nothing goes unencrypted, though SRTCP could say so. */
  @Test
  void rtcpThatIsNotEncryptedIsRefused() {
    byte[] packet = new byte[100];
    int size = sender(SrtpProfile.AEAD_AES_128_GCM).protectRtcp(rtcp(1, 60), 0, 60, packet, 0);
    packet[size - 4] &= 0x7F;
    assertThat(receiver(SrtpProfile.AEAD_AES_128_GCM).unprotectRtcp(packet, 0, size))
        .isEqualTo(SrtpReceiver.FORGED);
  }

  @Test
  void keysOfAnotherLengthAreRefused() {
    assertThatThrownBy(
            () -> new SrtpSender(SrtpProfile.AEAD_AES_256_GCM, new byte[16], new byte[12]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new SrtpReceiver(SrtpProfile.AEAD_AES_128_GCM, new byte[16], new byte[14]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] protect(SrtpSender sender, int ssrc, int sequence, int length) {
    byte[] bytes = new byte[length + sender.profile().rtpOverhead()];
    sender.protect(rtp(ssrc, sequence, length), 0, 12, length, bytes, 0);
    return bytes;
  }

  static byte[] rtp(int ssrc, int sequence, int length) {
    byte[] packet = new byte[length];
    packet[0] = (byte) 0x80;
    BigEndian.put16(packet, 2, sequence);
    BigEndian.put32(packet, 8, ssrc);
    for (int i = 12; i < length; i++) {
      packet[i] = (byte) (i * 31 + sequence);
    }
    return packet;
  }

  static byte[] rtcp(int ssrc, int length) {
    byte[] packet = new byte[length];
    Arrays.fill(packet, (byte) length);
    packet[0] = (byte) 0x80;
    packet[1] = (byte) 200;
    BigEndian.put32(packet, 4, ssrc);
    return packet;
  }

  static SrtpSender sender(SrtpProfile profile) {
    return new SrtpSender(profile, key(profile), salt(profile));
  }

  static SrtpReceiver receiver(SrtpProfile profile) {
    return new SrtpReceiver(profile, key(profile), salt(profile));
  }

  private static byte[] key(SrtpProfile profile) {
    byte[] key = new byte[profile.keyLength()];
    Arrays.fill(key, (byte) 7);
    return key;
  }

  private static byte[] salt(SrtpProfile profile) {
    byte[] salt = new byte[profile.saltLength()];
    Arrays.fill(salt, (byte) 9);
    return salt;
  }

  private static final int SSRC = 0x1234_5678;
}
