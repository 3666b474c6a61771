package dev.madang.protocol.srtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.gcm.Gcm;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What the standards say must come out, bit for bit. */
class SrtpVectorsTest {
  /// RFC 3711 appendix B.3.
  @Test
  void derivesTheKeysOfRfc3711() {
    SessionKeys keys =
        SessionKeys.ofRtp(
            SrtpProfile.AES128_CM_HMAC_SHA1_80, bytes(MASTER_KEY), bytes(MASTER_SALT));

    assertThat(keys.cipher()).isEqualTo(bytes("C61E7A93744F39EE10734AFE3FF7A087"));
    assertThat(keys.salt()).isEqualTo(bytes("30CBBC08863D8C85D49DB34A9AE1"));
    assertThat(keys.authentication()).isEqualTo(bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
  }

  /// RFC 3711 appendix B.2: the keystream is what zeros become.
  @Test
  void makesTheKeystreamOfRfc3711() {
    SessionKeys keys =
        new SessionKeys(
            bytes("2B7E151628AED2A6ABF7158809CF4F3C"),
            new byte[20],
            bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
    byte[] packet = new byte[12 + 16 * 0xFF02 + 10];

    Transform.of(SrtpProfile.AES128_CM_HMAC_SHA1_80, keys, true)
        .protect(packet, 12, packet.length - 22, packet, 0, 12, 0, 0);

    assertThat(Arrays.copyOfRange(packet, 12, 12 + 48))
        .isEqualTo(
            bytes(
                "E03EAD0935C95E80E166B16DD92B4EB4"
                    + "D23513162B02D0F72A43A2FE4A5F97AB"
                    + "41E95B3BB0A2E8DD477901E4FCA894C0"));
    assertThat(Arrays.copyOfRange(packet, 12 + 16 * 0xFEFF, 12 + 16 * 0xFF02))
        .isEqualTo(
            bytes(
                "EC8CDF7398607CB0F2D21675EA9EA1E4"
                    + "362B7C3C6773516318A077D7FC5073AE"
                    + "6A2CC3787889374FBEB4C81B17BA6C44"));
  }

  /// Not of the RFC but of the reference implementation of its authors.
  @Test
  void protectsAsLibsrtpDoes() {
    SrtpProfile profile = SrtpProfile.AES128_CM_HMAC_SHA1_80;
    SrtpSender sender = new SrtpSender(profile, bytes(MASTER_KEY), bytes(MASTER_SALT));
    byte[] rtp = bytes("800F1234DECAFBADCAFEBABE" + "AB".repeat(16));
    byte[] protectedRtp = new byte[rtp.length + profile.rtpOverhead()];
    assertThat(sender.protect(rtp, 0, 12, rtp.length, protectedRtp, 0))
        .isEqualTo(protectedRtp.length);

    assertThat(protectedRtp)
        .isEqualTo(
            bytes(
                "800F1234DECAFBADCAFEBABE"
                    + "4E55DC4CE79978D88CA4D215949D2402"
                    + "B78D6ACC99EA179B8DBB"));
  }

  /// RFC 7714 §16.1, 16.2.
  @Test
  void protectsRtpAsRfc7714Shows() {
    String rtp =
        "8040F17B8041F8D35501A0B247616C6C696120657374206F6D6E697320646976"
            + "69736120696E207061727465732074726573";
    checkRtp(
        KEY_128,
        rtp,
        "8040F17B8041F8D35501A0B2F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD5"
            + "0D294E6F42A5F47A51C7D19B36DE3ADF8833899D7F27BEB16A9152CF765EE4390CCE");
    checkRtp(
        KEY_256,
        rtp,
        "8040F17B8041F8D35501A0B232B1DE78A822FE12EF9F78FA332E33AAB1801238"
            + "9A58E2F3B50B2A0276FFAE0F1BA63799B87B7AA3DB36DFFFD6B0F9BB7878D7A76C13");
  }

  /// RFC 7714 §17.1, 17.2.
  @Test
  void protectsRtcpAsRfc7714Shows() {
    String rtcp =
        "81C8000D4D6172734E5450314E545032525450200000042A0000E9304C756E61"
            + "DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF";
    checkRtcp(
        KEY_128,
        rtcp,
        "81C8000D4D61727363E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32D"
            + "C676A5F1730D6FDA4CE09B4686303DED0BB9275BC84AA45896CF4D2FC5ABF872"
            + "45D9EADE800005D4");
    checkRtcp(
        KEY_256,
        rtcp,
        "81C8000D4D617273D50AE4D1F5CE5D304BA297E47D470C282C3ECE5DBFFE0A50"
            + "A2EAA5C1110555BE8415F658C61DE0476F1B6FAD1D1EB30C4446839F57FF6F6C"
            + "B26AC3BE800005D4");
  }

  private static void checkRtp(String key, String plain, String secret) {
    byte[] packet = Arrays.copyOf(bytes(plain), secret.length() / 2);
    int payload = plain.length() / 2 - 12;
    transform(key, true).protect(packet, 12, payload, packet, 0, 12, 0x5501_A0B2, 0xF17B);
    assertThat(packet).isEqualTo(bytes(secret));

    assertThat(transform(key, false).unprotect(packet, 0, 12, payload, 0x5501_A0B2, 0xF17B))
        .isTrue();
    assertThat(Arrays.copyOf(packet, plain.length() / 2)).isEqualTo(bytes(plain));
  }

  private static void checkRtcp(String key, String plain, String secret) {
    byte[] packet = Arrays.copyOf(bytes(plain), secret.length() / 2);
    int body = plain.length() / 2 - 8;
    transform(key, true).protectRtcp(packet, 8, body, packet, 0, 0x4D61_7273, 0x5D4);
    assertThat(packet).isEqualTo(bytes(secret));

    assertThat(transform(key, false).unprotectRtcp(packet, 0, body, 0x4D61_7273, 0x8000_05D4))
        .isTrue();
    assertThat(Arrays.copyOf(packet, plain.length() / 2)).isEqualTo(bytes(plain));
  }

  private static Transform transform(String key, boolean sending) {
    return new AeadTransform(Gcm.of(bytes(key), sending), bytes("517569642070726F2071756F"));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static final String MASTER_KEY = "E1F97A0D3E018BE0D64FA32C06DE4139";
  private static final String MASTER_SALT = "0EC675AD498AFEEBB6960B3AABE6";
  private static final String KEY_128 = "000102030405060708090A0B0C0D0E0F";
  private static final String KEY_256 = KEY_128 + "101112131415161718191A1B1C1D1E1F";
}
