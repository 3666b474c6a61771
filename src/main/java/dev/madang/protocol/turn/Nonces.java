package dev.madang.protocol.turn;

import dev.madang.wire.Address;
import dev.madang.wire.ByteReader;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Nonces that need no memory: the second they were made in and a MAC over it and the client's
/// address and port. A million forged requests leave nothing behind, and a nonce seen on the wire
/// is of no use from elsewhere. Lives on the loop of its [TurnServer].
///
/// RFC 8489 §9.2.4: "The server MUST NOT choose the same NONCE for two requests unless they have
/// the same source IP address and port."
///
/// They do not begin with the `obMatJos2` cookie of §9.2, which tells clients which security
/// features there are: there are none of them, and it would add 13 bytes to every answer to a
/// stranger.
final class Nonces {
  private final Mac mac;
  private final long lifetimeSeconds;

  Nonces(byte[] key, long lifetimeSeconds) {
    if (key.length < 16) {
      throw new IllegalArgumentException("a nonce key of " + key.length + " bytes");
    }
    this.lifetimeSeconds = lifetimeSeconds;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String make(Address client, long now) {
    return text((int) (now / SECOND), client);
  }

  /** Whether this nonce was made here for this client and is still fresh. */
  boolean holds(String nonce, Address client, long now) {
    if (nonce.length() != 4 * SIZE / 3) {
      return false;
    }
    byte[] claimed;
    try {
      claimed = DECODER.decode(nonce);
    } catch (IllegalArgumentException e) {
      return false;
    }
    int second = new ByteReader(claimed).i32();
    int age = (int) (now / SECOND) - second;
    return age >= 0
        && age <= lifetimeSeconds
        && MessageDigest.isEqual(claimed, sign(second, client));
  }

  /** A number that nobody can guess from the ones before. */
  long token(long counter) {
    mac.update((byte) 't');
    update(counter);
    return new ByteReader(mac.doFinal()).i64();
  }

  private String text(int second, Address client) {
    return ENCODER.encodeToString(sign(second, client));
  }

  private byte[] sign(int second, Address client) {
    mac.update((byte) 'n');
    update(second);
    mac.update((byte) (client.isV6() ? 6 : 4));
    update(client.high());
    update(client.low());
    update(client.port());
    byte[] digest = mac.doFinal();
    byte[] nonce = Arrays.copyOf(digest, SIZE);
    System.arraycopy(digest, 0, nonce, 4, SIZE - 4);
    nonce[0] = (byte) (second >>> 24);
    nonce[1] = (byte) (second >>> 16);
    nonce[2] = (byte) (second >>> 8);
    nonce[3] = (byte) second;
    return nonce;
  }

  private void update(long value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      mac.update((byte) (value >>> shift));
    }
  }

  private static final int SIZE = 15;
  private static final long SECOND = 1_000_000_000L;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
}
