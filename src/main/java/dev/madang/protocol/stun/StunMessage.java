package dev.madang.protocol.stun;

import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// A STUN message (RFC 8489 §5).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |0 0|     STUN Message Type     |         Message Length        |
/// |                         Magic Cookie                          |
/// |                     Transaction ID (96 bits)                  |
/// ```
///
/// The list of attributes that was read ends with MESSAGE-INTEGRITY and FINGERPRINT if the message
/// had them: the fingerprint is right, the integrity not yet checked, see [#isSigned].
public record StunMessage(Kind kind, int method, TransactionId id, List<StunAttribute> attributes) {

  /** The class of a message; the RFC's word is taken in Java. */
  public enum Kind {
    REQUEST(0),
    INDICATION(1),
    SUCCESS(2),
    ERROR(3);

    private final int bits;

    Kind(int bits) {
      this.bits = bits;
    }
  }

  public StunMessage {
    if (method < 0 || method > 0xFFF) {
      throw new IllegalArgumentException("method " + method);
    }
    attributes = List.copyOf(attributes);
  }

  public static StunMessage request(int method, TransactionId id, StunAttribute... attributes) {
    return new StunMessage(Kind.REQUEST, method, id, List.of(attributes));
  }

  public static StunMessage indication(int method, TransactionId id, StunAttribute... attributes) {
    return new StunMessage(Kind.INDICATION, method, id, List.of(attributes));
  }

  /** The answer to this request that says it was done. */
  public StunMessage success(StunAttribute... attributes) {
    return new StunMessage(Kind.SUCCESS, method, id, List.of(attributes));
  }

  /** The answer to this request that says why not. */
  public StunMessage error(List<StunAttribute> attributes) {
    return new StunMessage(Kind.ERROR, method, id, attributes);
  }

  /// The first attribute of a kind. RFC 8489 §14: "Any attribute type MAY appear more than once in
  /// a STUN message. Unless specified otherwise, the order of appearance is significant: only the
  /// first occurrence needs to be processed by a receiver, and any duplicates MAY be ignored".
  public <A extends StunAttribute> @Nullable A first(Class<A> kind) {
    for (StunAttribute attribute : attributes) {
      if (kind.isInstance(attribute)) {
        return kind.cast(attribute);
      }
    }
    return null;
  }

  public boolean has(Class<? extends StunAttribute> kind) {
    return first(kind) != null;
  }

  /** Those attributes that we would have to understand and do not. */
  public List<Integer> notUnderstood() {
    List<Integer> types = new ArrayList<>();
    for (StunAttribute attribute : attributes) {
      if (attribute instanceof StunAttribute.Unknown unknown && unknown.required()) {
        types.add(unknown.type());
      }
    }
    return types;
  }

  /// Whether these bytes may be a STUN message at all: a header with the cookie and a length that
  /// fits. Cheap, makes nothing; what follows may still be wrong.
  public static boolean looksLike(byte[] bytes, int offset, int length) {
    return length >= HEADER
        && (bytes[offset] & 0xC0) == 0
        && (bytes[offset + 3] & 3) == 0
        && (bytes[offset + 4] << 24
                | (bytes[offset + 5] & 0xFF) << 16
                | (bytes[offset + 6] & 0xFF) << 8
                | (bytes[offset + 7] & 0xFF))
            == COOKIE
        && HEADER + ((bytes[offset + 2] & 0xFF) << 8 | (bytes[offset + 3] & 0xFF)) == length;
  }

  /// Reads a whole message.
  ///
  /// @throws ProtocolException when it is none, or when its FINGERPRINT is wrong
  public static StunMessage read(byte[] bytes, int offset, int length) {
    if (!looksLike(bytes, offset, length)) {
      throw new ProtocolException("no STUN message");
    }
    ByteReader reader = new ByteReader(bytes, offset, length);
    int type = reader.u16();
    reader.skip(6);
    TransactionId id = TransactionId.read(reader);
    return new StunMessage(kind(type), method(type), id, attributes(reader, id, bytes, offset));
  }

  private static List<StunAttribute> attributes(
      ByteReader reader, TransactionId id, byte[] bytes, int offset) {
    List<StunAttribute> attributes = new ArrayList<>();
    boolean signed = false;
    while (reader.remaining() > 0) {
      int at = reader.position();
      int type = reader.u16();
      int size = reader.u16();
      StunAttribute attribute = StunAttribute.read(type, reader.slice(size), id);
      reader.skip(-size & 3);
      if (attribute instanceof StunAttribute.Fingerprint(int crc)) {
        // RFC 8489 §14.7: "When present, the FINGERPRINT attribute MUST be the last attribute in
        // the
        // message, and thus will appear after MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256."
        if (reader.remaining() > 0 || crc != fingerprint(bytes, offset, at)) {
          throw new ProtocolException("a wrong FINGERPRINT");
        }
      } else if (signed && !(attribute instanceof StunAttribute.MessageIntegritySha256)) {
        // RFC 8489 §14.5: "With the exception of the MESSAGE-INTEGRITY-SHA256 and FINGERPRINT
        // attributes, which appear after MESSAGE-INTEGRITY, agents MUST ignore all other attributes
        // that follow MESSAGE-INTEGRITY."
        continue;
      }
      signed |=
          attribute instanceof StunAttribute.MessageIntegrity
              || attribute instanceof StunAttribute.MessageIntegritySha256;
      if (attributes.size() == MAX_ATTRIBUTES) {
        throw new ProtocolException("more than " + MAX_ATTRIBUTES + " attributes");
      }
      attributes.add(attribute);
    }
    return attributes;
  }

  /// Whether the bytes, which [#read] accepted, carry a MESSAGE-INTEGRITY (the stronger one if both
  /// are there) made with this key.
  public static boolean isSigned(byte[] bytes, int offset, int length, IntegrityKey key) {
    int sha1 = -1;
    int at = HEADER;
    while (at + 4 <= length) {
      int type = u16(bytes, offset + at);
      int size = u16(bytes, offset + at + 2);
      if (at + 4 + size > length) {
        return false;
      }
      if (type == StunAttribute.MESSAGE_INTEGRITY_SHA256) {
        return key.signs(IntegrityKey.SHA256, bytes, offset, at, size);
      }
      if (type == StunAttribute.MESSAGE_INTEGRITY && sha1 < 0) {
        sha1 = at;
      }
      at += 4 + size + (-size & 3);
    }
    return sha1 >= 0 && key.signs(IntegrityKey.SHA1, bytes, offset, sha1, 20);
  }

  /** The message's bytes, with the attributes exactly as listed. */
  public byte[] write() {
    return body().toArray();
  }

  /** The message's bytes followed by a MESSAGE-INTEGRITY and, if wanted, a FINGERPRINT. */
  public byte[] write(@Nullable IntegrityKey key, boolean fingerprint) {
    ByteWriter out = body();
    if (key != null) {
      append(out, key, IntegrityKey.SHA1, StunAttribute.MESSAGE_INTEGRITY);
    }
    if (fingerprint) {
      appendFingerprint(out);
    }
    return out.toArray();
  }

  /** The same with MESSAGE-INTEGRITY-SHA256. */
  public byte[] writeSha256(IntegrityKey key, boolean fingerprint) {
    ByteWriter out = body();
    append(out, key, IntegrityKey.SHA256, StunAttribute.MESSAGE_INTEGRITY_SHA256);
    if (fingerprint) {
      appendFingerprint(out);
    }
    return out.toArray();
  }

  private ByteWriter body() {
    ByteWriter out = new ByteWriter();
    out.u16(type(kind, method)).u16(0).i32(COOKIE);
    id.write(out);
    for (StunAttribute attribute : attributes) {
      out.u16(attribute.type()).u16(0);
      int start = out.position();
      attribute.write(out, id);
      out.u16At(start - 2, out.position() - start).pad(4);
    }
    return out.u16At(2, out.position() - HEADER);
  }

  private static void append(ByteWriter out, IntegrityKey key, String algorithm, int type) {
    int at = out.position();
    byte[] mac = key.sign(algorithm, out.array(), 0, at);
    out.u16(type).u16(mac.length).bytes(mac).u16At(2, out.position() - HEADER);
  }

  private static void appendFingerprint(ByteWriter out) {
    int at = out.position();
    out.u16(StunAttribute.FINGERPRINT).u16(4).i32(0).u16At(2, out.position() - HEADER);
    int crc = fingerprint(out.array(), 0, at);
    out.u16At(at + 4, crc >>> 16).u16At(at + 6, crc);
  }

  /// RFC 8489 §14.7: "The value of the attribute is computed as the CRC-32 of the STUN message up
  /// to (but excluding) the FINGERPRINT attribute itself, XOR'ed with the 32-bit value 0x5354554e".
  private static int fingerprint(byte[] bytes, int offset, int upTo) {
    CRC32 crc = new CRC32();
    crc.update(bytes, offset, upTo);
    return (int) crc.getValue() ^ 0x5354_554E;
  }

  // RFC 8489 §5: the two class bits sit at 0x0100 and 0x0010, between the bits of the method.

  private static Kind kind(int type) {
    return KINDS.get((type & 0x0100) >>> 7 | (type & 0x0010) >>> 4);
  }

  private static int method(int type) {
    return (type & 0x3E00) >>> 2 | (type & 0x00E0) >>> 1 | (type & 0x000F);
  }

  private static int type(Kind kind, int method) {
    int bits = kind.bits;
    return (method & 0xF80) << 2
        | (method & 0x070) << 1
        | (method & 0x00F)
        | (bits & 2) << 7
        | (bits & 1) << 4;
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  public static final int BINDING = 0x001;
  public static final int ALLOCATE = 0x003;
  public static final int REFRESH = 0x004;
  public static final int SEND = 0x006;
  public static final int DATA = 0x007;
  public static final int CREATE_PERMISSION = 0x008;
  public static final int CHANNEL_BIND = 0x009;

  public static final int COOKIE = 0x2112_A442;
  public static final int HEADER = 20;
  static final int MAX_ATTRIBUTES = 64;
  private static final List<Kind> KINDS = List.of(Kind.values());
}
