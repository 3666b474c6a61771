package dev.madang.protocol.stun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.Address;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Bytes;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StunMessageTest {
  // ---- RFC 5769 -----------------------------------------------------------------------------

  @Test
  void readsTheSampleRequestOfRfc5769() {
    StunMessage message = read(SAMPLE_REQUEST);

    assertThat(message.kind()).isEqualTo(StunMessage.Kind.REQUEST);
    assertThat(message.method()).isEqualTo(StunMessage.BINDING);
    assertThat(message.id()).isEqualTo(new TransactionId(0xb7e7a701, 0xbc34d686_fa87dfaeL));
    assertThat(message.attributes())
        .startsWith(
            new StunAttribute.Software("STUN test client"),
            new StunAttribute.Priority(0x6e0001ff),
            new StunAttribute.IceControlled(0x932ff9b151263b36L),
            new StunAttribute.Username("evtj:h6vY"));
    assertThat(isSigned(SAMPLE_REQUEST, SHORT_TERM)).isTrue();
    assertThat(isSigned(SAMPLE_REQUEST, IntegrityKey.shortTerm("another"))).isFalse();
  }

  @Test
  void readsTheSampleIpv4ResponseOfRfc5769() {
    assertThat(read(SAMPLE_IPV4).first(StunAttribute.XorMappedAddress.class))
        .isEqualTo(new StunAttribute.XorMappedAddress(Address.parse("192.0.2.1", 32853)));
    assertThat(isSigned(SAMPLE_IPV4, SHORT_TERM)).isTrue();
  }

  @Test
  void readsTheSampleIpv6ResponseOfRfc5769() {
    assertThat(read(SAMPLE_IPV6).first(StunAttribute.XorMappedAddress.class))
        .isEqualTo(
            new StunAttribute.XorMappedAddress(
                Address.parse("2001:db8:1234:5678:11:2233:4455:6677", 32853)));
    assertThat(isSigned(SAMPLE_IPV6, SHORT_TERM)).isTrue();
  }

  @Test
  void readsTheSampleLongTermRequestOfRfc5769AndWritesTheSameBytes() {
    StunMessage message = read(SAMPLE_LONG_TERM);
    IntegrityKey key = IntegrityKey.longTerm("マトリックス", "example.org", "TheMatrIX");

    assertThat(isSigned(SAMPLE_LONG_TERM, key)).isTrue();
    StunMessage unsigned =
        new StunMessage(
            message.kind(), message.method(), message.id(), message.attributes().subList(0, 3));
    assertThat(unsigned.write(key, false)).isEqualTo(SAMPLE_LONG_TERM);
    assertThat(message.write()).isEqualTo(SAMPLE_LONG_TERM);
  }

  // ---- round trips --------------------------------------------------------------------------

  @Test
  void readsBackEveryAttributeItWrites() {
    Address v4 = Address.parse("192.0.2.7", 65535);
    Address v6 = Address.parse("2001:db8::7", 1);
    StunMessage message =
        StunMessage.request(
            0xABC,
            new TransactionId(-1, 42),
            new StunAttribute.MappedAddress(v4),
            new StunAttribute.XorMappedAddress(v6),
            new StunAttribute.XorPeerAddress(v4),
            new StunAttribute.XorPeerAddress(v6),
            new StunAttribute.XorRelayedAddress(v6),
            new StunAttribute.Username("마당"),
            new StunAttribute.Realm("r"),
            new StunAttribute.Nonce("n"),
            new StunAttribute.Software(""),
            new StunAttribute.ErrorCode(438, "Stale"),
            new StunAttribute.UnknownAttributes(List.of(1, 0x7FFF, 3)),
            new StunAttribute.ChannelNumber(0x4FFF),
            new StunAttribute.Lifetime(0xFFFF_FFFFL),
            new StunAttribute.Data(Bytes.of((byte) 1, (byte) 2, (byte) 3)),
            new StunAttribute.RequestedTransport(17),
            new StunAttribute.RequestedAddressFamily(2),
            new StunAttribute.AdditionalAddressFamily(2),
            new StunAttribute.AddressErrorCode(2, 440, "no"),
            new StunAttribute.EvenPort(true),
            new StunAttribute.ReservationToken(-2),
            new StunAttribute.Priority(0x8000_0000L),
            new StunAttribute.UseCandidate(),
            new StunAttribute.IceControlled(7),
            new StunAttribute.IceControlling(-7),
            new StunAttribute.Unknown(0x7ABC, Bytes.of((byte) 9)));

    assertThat(read(message.write())).isEqualTo(message);
    for (StunMessage.Kind kind : StunMessage.Kind.values()) {
      for (int method = 0; method <= 0xFFF; method++) {
        StunMessage other = new StunMessage(kind, method, message.id(), List.of());
        assertThat(read(other.write())).isEqualTo(other);
      }
    }
  }

  @Test
  void signsAndChecksWithBothAlgorithms() {
    IntegrityKey key = IntegrityKey.longTerm("u", "r", "p");
    StunMessage message =
        StunMessage.request(
            StunMessage.ALLOCATE, new TransactionId(1, 2), new StunAttribute.Username("u"));
    for (byte[] bytes : List.of(message.write(key, true), message.writeSha256(key, true))) {
      assertThat(read(bytes).first(StunAttribute.Fingerprint.class)).isNotNull();
      assertThat(isSigned(bytes, key)).isTrue();
      bytes[22] ^= 1;
      assertThat(isSigned(bytes, key)).isFalse();
    }
    assertThat(isSigned(message.write(), key)).isFalse();
  }

  // ---- §6.2 of the test list: what must not pass --------------------------------------------

  @Test
  void refusesALengthThatIsNotTheDatagramsOrNoMultipleOfFour() {
    for (int length : new int[] {0, 1, 2, 3, 5, 84, 92, 0xFFFC, 0xFFFF}) {
      byte[] bytes = SAMPLE_REQUEST.clone();
      bytes[2] = (byte) (length >>> 8);
      bytes[3] = (byte) length;
      refused(bytes);
    }
    for (int length = 0; length < SAMPLE_REQUEST.length; length++) {
      byte[] bytes = SAMPLE_REQUEST;
      int cut = length;
      assertThatThrownBy(() -> StunMessage.read(bytes, 0, cut))
          .isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void refusesATruncatedAttributeHeaderOrValue() {
    refused(message(out -> out.u16(0x0006)));
    refused(message(out -> out.u16(0x0006).u16(5).i32(0)));
    refused(message(out -> out.u16(0x000D).u16(3).i32(0)));
    refused(message(out -> out.u16(0x0012).u16(7).i64(0)));
  }

  @Test
  void refusesAnAttributeWhoseLengthLeavesTheMessageOnlyWithItsPadding() {
    refused(message(out -> out.u16(0x8022).u16(0xFFFF).i32(0)));
    refused(message(out -> out.u16(0x8022).u16(0xFFFD).i32(0)));
    refused(message(out -> out.u16(0x8022).u16(5).i32(0)));
    assertThat(read(message(out -> out.u16(0x8022).u16(4).i32(0x61616161))).attributes())
        .containsExactly(new StunAttribute.Software("aaaa"));
  }

  @Test
  void listsTheUnknownAttributesThatMustBeUnderstood() {
    StunMessage message =
        read(message(out -> out.u16(0x7001).u16(0).u16(0xC001).u16(0).u16(0x001A).u16(0)));

    assertThat(message.notUnderstood()).containsExactly(0x7001, 0x001A);
  }

  @Test
  void takesTheFirstOfAnAttributeThatComesTwice() {
    StunMessage message =
        read(
            StunMessage.request(
                    StunMessage.REFRESH,
                    new TransactionId(0, 0),
                    new StunAttribute.Lifetime(1),
                    new StunAttribute.Lifetime(2))
                .write());

    assertThat(message.first(StunAttribute.Lifetime.class))
        .isEqualTo(new StunAttribute.Lifetime(1));
  }

  @Test
  void ignoresWhatFollowsMessageIntegrity() {
    IntegrityKey key = IntegrityKey.shortTerm("p");
    byte[] signed =
        StunMessage.request(StunMessage.REFRESH, new TransactionId(0, 0)).write(key, false);
    byte[] longer =
        new ByteWriter()
            .bytes(signed)
            .u16(0x000D)
            .u16(4)
            .i32(0)
            .u16At(2, signed.length - 20 + 8)
            .toArray();

    assertThat(read(longer).has(StunAttribute.Lifetime.class)).isFalse();
    assertThat(isSigned(longer, key)).isTrue();
  }

  @Test
  void refusesAWrongFingerprintAndOneThatIsNotLast() {
    byte[] good =
        StunMessage.request(StunMessage.BINDING, new TransactionId(3, 4)).write(null, true);
    assertThat(read(good).has(StunAttribute.Fingerprint.class)).isTrue();
    int type = good.length - 8;
    for (int at = 0; at < good.length; at += at == type - 1 ? 3 : 1) {
      byte[] bad = good.clone();
      bad[at] ^= 0x20;
      refused(bad);
    }
    refused(
        new ByteWriter().bytes(good).u16(0x8022).u16(0).u16At(2, good.length - 20 + 4).toArray());
  }

  @Test
  void refusesAnUnknownAddressFamilyAndAnAddressOfTheWrongSize() {
    for (int family : new int[] {0, 3, 0xFF}) {
      refused(message(out -> out.u16(0x0012).u16(8).u16(family).u16(0).i32(0)));
    }
    refused(message(out -> out.u16(0x0012).u16(8).u16(2).u16(0).i32(0)));
    refused(message(out -> out.u16(0x0012).u16(20).u16(1).u16(0).i64(0).i64(0)));
  }

  @Test
  void refusesAUserNameOf764BytesOrOneThatIsNotUtf8() {
    assertThat(read(message(out -> out.u16(6).u16(763).bytes(new byte[764])))).isNotNull();
    refused(message(out -> out.u16(6).u16(764).bytes(new byte[764])));
    refused(message(out -> out.u16(6).u16(4).i32(0xC328_C328)));
    refused(message(out -> out.u16(6).u16(4).i32(0xEDA0_8020)));
  }

  @Test
  void refusesAMessageOfTooManyAttributes() {
    refused(
        message(out -> {
          for (int i = 0; i < 65; i++) {
            out.u16(0xC000).u16(0);
          }
        }));
  }

  @Test
  void refusesOtherProtocolsByTheirFirstBytes() {
    refused("GET / HTTP/1.1\r\nHost: a".getBytes(StandardCharsets.US_ASCII));
    byte[] rtp = new byte[40];
    rtp[0] = (byte) 0x80;
    refused(rtp);
    refused(new byte[20]);
    refused(new byte[0]);
  }

  private static StunMessage read(byte[] bytes) {
    return StunMessage.read(bytes, 0, bytes.length);
  }

  private static boolean isSigned(byte[] bytes, IntegrityKey key) {
    return StunMessage.isSigned(bytes, 0, bytes.length, key);
  }

  private static void refused(byte[] bytes) {
    assertThatThrownBy(() -> read(bytes)).isInstanceOf(ProtocolException.class);
  }

  private static byte[] message(Consumer<ByteWriter> attributes) {
    ByteWriter out = new ByteWriter().u16(0x0001).u16(0).i32(StunMessage.COOKIE).i32(1).i64(2);
    attributes.accept(out);
    return out.u16At(2, out.position() - 20).toArray();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }

  private static final IntegrityKey SHORT_TERM = IntegrityKey.shortTerm("VOkJxbRl1RmTxUk/WvJxBt");

  /** RFC 5769 §2.1. */
  private static final byte[] SAMPLE_REQUEST =
      hex(
          """
          00 01 00 58 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
          80 22 00 10 53 54 55 4e 20 74 65 73 74 20 63 6c 69 65 6e 74
          00 24 00 04 6e 00 01 ff
          80 29 00 08 93 2f f9 b1 51 26 3b 36
          00 06 00 09 65 76 74 6a 3a 68 36 76 59 20 20 20
          00 08 00 14 9a ea a7 0c bf d8 cb 56 78 1e f2 b5 b2 d3 f2 49 c1 b5 71 a2
          80 28 00 04 e5 7a 3b cf
          """);

  /** RFC 5769 §2.2. */
  private static final byte[] SAMPLE_IPV4 =
      hex(
          """
          01 01 00 3c 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
          80 22 00 0b 74 65 73 74 20 76 65 63 74 6f 72 20
          00 20 00 08 00 01 a1 47 e1 12 a6 43
          00 08 00 14 2b 91 f5 99 fd 9e 90 c3 8c 74 89 f9 2a f9 ba 53 f0 6b e7 d7
          80 28 00 04 c0 7d 4c 96
          """);

  /** RFC 5769 §2.3. */
  private static final byte[] SAMPLE_IPV6 =
      hex(
          """
          01 01 00 48 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
          80 22 00 0b 74 65 73 74 20 76 65 63 74 6f 72 20
          00 20 00 14 00 02 a1 47 01 13 a9 fa a5 d3 f1 79 bc 25 f4 b5 be d2 b9 d9
          00 08 00 14 a3 82 95 4e 4b e6 7b f1 17 84 c9 7c 82 92 c2 75 bf e3 ed 41
          80 28 00 04 c8 fb 0b 4c
          """);

  /** RFC 5769 §2.4. */
  private static final byte[] SAMPLE_LONG_TERM =
      hex(
          """
          00 01 00 60 21 12 a4 42 78 ad 34 33 c6 ad 72 c0 29 da 41 2e
          00 06 00 12 e3 83 9e e3 83 88 e3 83 aa e3 83 83 e3 82 af e3 82 b9 00 00
          00 15 00 1c 66 2f 2f 34 39 39 6b 39 35 34 64 36 4f 4c 33 34 6f 4c 39 46 53 54 76 79
          36 34 73 41
          00 14 00 0b 65 78 61 6d 70 6c 65 2e 6f 72 67 00
          00 08 00 14 f6 70 24 65 6d d6 4a 3e 02 b8 e0 71 2e 85 c9 a2 8c a8 96 66
          """);
}
