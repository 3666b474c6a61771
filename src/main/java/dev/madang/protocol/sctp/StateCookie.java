package dev.madang.protocol.sctp;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// All that we need to know of an INIT, kept by the one who sent it (RFC 9260 §5.1.3): signed, so
/// that it comes back as it went.
///
/// @param localTag ours in the association that it would make
/// @param localTsn of our first chunk in it
/// @param peer what the INIT said
/// @param tieLocal our tag when it was made, 0 when there was no association (§5.2.2)
/// @param tiePeer the far end's tag then
/// @param madeAt nanoseconds
record StateCookie(int localTag, int localTsn, Peer peer, int tieLocal, int tiePeer, long madeAt) {

  byte[] write(Key key) {
    byte[] cookie = new byte[SIZE];
    Chunk.put32(cookie, 0, localTag);
    Chunk.put32(cookie, 4, localTsn);
    Chunk.put32(cookie, 8, peer.tag());
    Chunk.put32(cookie, 12, peer.window());
    Chunk.put16(cookie, 16, peer.outgoing());
    Chunk.put16(cookie, 18, peer.incoming());
    Chunk.put32(cookie, 20, peer.firstTsn());
    Chunk.put32(cookie, 24, peer.features());
    Chunk.put32(cookie, 28, tieLocal);
    Chunk.put32(cookie, 32, tiePeer);
    Chunk.put32(cookie, 36, (int) (madeAt >>> 32));
    Chunk.put32(cookie, 40, (int) madeAt);
    System.arraycopy(key.sign(cookie), 0, cookie, SIGNED, SIZE - SIGNED);
    return cookie;
  }

  /** The cookie, if it is one of ours. */
  static @Nullable StateCookie read(byte[] bytes, int at, int length, Key key) {
    if (length != SIZE) {
      return null;
    }
    byte[] cookie = Arrays.copyOfRange(bytes, at, at + length);
    byte[] claimed = Arrays.copyOfRange(cookie, SIGNED, SIZE);
    if (!MessageDigest.isEqual(claimed, Arrays.copyOf(key.sign(cookie), SIZE - SIGNED))) {
      return null;
    }
    Peer peer =
        new Peer(
            Chunk.i32(cookie, 8),
            Chunk.i32(cookie, 12),
            Chunk.u16(cookie, 16),
            Chunk.u16(cookie, 18),
            Chunk.i32(cookie, 20),
            Chunk.i32(cookie, 24));
    return new StateCookie(
        Chunk.i32(cookie, 0),
        Chunk.i32(cookie, 4),
        peer,
        Chunk.i32(cookie, 28),
        Chunk.i32(cookie, 32),
        (long) Chunk.i32(cookie, 36) << 32 | (Chunk.i32(cookie, 40) & 0xFFFF_FFFFL));
  }

  /** What cookies of one association are signed with. */
  static final class Key {
    private final byte[] secret = new byte[32];

    Key(long a, long b, long c, long d) {
      long[] words = {a, b, c, d};
      for (int i = 0; i < words.length; i++) {
        Chunk.put32(secret, 8 * i, (int) (words[i] >>> 32));
        Chunk.put32(secret, 8 * i + 4, (int) words[i]);
      }
    }

    private byte[] sign(byte[] cookie) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        mac.update(cookie, 0, SIGNED);
        return mac.doFinal();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final int SIGNED = 44;
  private static final int SIZE = SIGNED + 16;
}
