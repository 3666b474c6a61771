package dev.madang.room;

import dev.madang.wire.Address;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Turns the secrets of tabs and browsers into names that can be shown: who knows a name cannot
/// find the secret that gives it, so nobody can come back as another. Pure.
final class Pseudonyms {
  private final SecretKeySpec key;

  /// @param secret of this server; at least 16 bytes
  Pseudonyms(byte[] secret) {
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  /** Who this tab is in this room. No grant may carry an identity that begins with `~`. */
  String identity(String room, String session) {
    return "~" + name("identity", room, session);
  }

  /// Who a program or a player is in this room: another than any tab, also one that says the same
  /// word.
  String program(String room, String word) {
    return "~" + name("program", room, word);
  }

  /// What everybody reads as the `instance` of a program; the word stays secret.
  String programInstance(String room, String word) {
    return name("program instance", room, word);
  }

  /// What bans know a program by, where a tab has its browser; never told to anybody.
  String programDevice(String word) {
    return name("program device", "", word);
  }

  /** By what name it uses the relay, where everybody on the way can read it. */
  String relayUser(String room, String identity) {
    return name("relay", room, identity);
  }

  /** Which browser this is, for bans; never told to anybody. */
  String device(String device) {
    return name("device", "", device);
  }

  /** Which network this is, for shares of what is kept; never told to anybody. */
  String network(Address network) {
    return name("network", "", network.ipText());
  }

  private String name(String use, String room, String secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] hash =
          mac.doFinal((use + "\0" + room + "\0" + secret).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 15));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static final String ALGORITHM = "HmacSHA256";
}
