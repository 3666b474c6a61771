package dev.madang.protocol.ice;

import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// The user name fragment and the password of one side for one generation of ICE (RFC 8839 §5.4).
///
/// Ours have a fragment of exactly [#OURS] characters, which is a 60-bit number, so that a check
/// finds its session without an object being made ([#key]).
///
/// @param ufrag 4 to 256 letters, digits, `+` or `/`
/// @param password 22 to 256 of them; never printed
public record IceCredentials(String ufrag, String password) {
  /// RFC 8839 §5.4: "ice-ufrag = 4*256ice-char", "password = 22*256ice-char", "ice-char = ALPHA /
  /// DIGIT / "+" / "/"".
  public IceCredentials {
    check(ufrag, 4, "user name fragment");
    check(password, 22, "password");
  }

  /// RFC 8445 §5.3 wants at least 24 random bits in the fragment and 128 in the password: here 60
  /// and 144.
  ///
  /// @param random a cryptographic source
  public static IceCredentials random(RandomGenerator random) {
    return new IceCredentials(text(random, OURS), text(random, 24));
  }

  /// The fragment as a number, the same that [IceLite#ufragOf] reads out of a check, or -1 when it
  /// has not the length of ours.
  public long key() {
    if (ufrag.length() != OURS) {
      return -1;
    }
    long key = 0;
    for (int i = 0; i < OURS; i++) {
      key = key << 6 | valueOf(ufrag.charAt(i));
    }
    return key;
  }

  /** The six bits of an ice-char, or -1. */
  static int valueOf(int c) {
    return c < 0 || c >= VALUES.length ? -1 : VALUES[c];
  }

  private static String text(RandomGenerator random, int length) {
    char[] text = new char[length];
    for (int i = 0; i < length; i++) {
      text[i] = ICE_CHARS.charAt(random.nextInt(64));
    }
    return new String(text);
  }

  private static void check(String text, int min, String what) {
    if (text.length() < min || text.length() > 256) {
      throw new ProtocolException("an ICE " + what + " of " + text.length() + " characters");
    }
    for (int i = 0; i < text.length(); i++) {
      if (valueOf(text.charAt(i)) < 0) {
        throw new ProtocolException("an ICE " + what + " with other characters than A-Za-z0-9+/");
      }
    }
  }

  @Override
  public String toString() {
    return "credentials of " + ufrag;
  }

  /** Characters of a fragment of ours. */
  static final int OURS = 10;

  private static final String ICE_CHARS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < 64; i++) {
      VALUES[ICE_CHARS.charAt(i)] = (byte) i;
    }
  }
}
