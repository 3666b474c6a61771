package dev.madang.protocol.dtls;

import dev.madang.protocol.gcm.Gcm;
import dev.madang.wire.BigEndian;

/// The records of an established DTLS 1.2 session under AES-GCM (RFC 6347 §4.1, RFC 5288 §3),
/// sealed and opened where they lie. Lives on one thread. A record that is not accepted changes
/// nothing: no exception, whoever sent it.
public final class SecureRecords {
  /** Bytes by which a record is longer than what it carries. */
  public static final int OVERHEAD = RecordHeader.SIZE + 8 + Gcm.TAG;

  private final Gcm sealing;
  private final Gcm opening;
  private final byte[] sealingNonce = new byte[Gcm.IV];
  private final byte[] openingNonce = new byte[Gcm.IV];
  private final byte[] data = new byte[13];
  private long nextSequence;
  private long highest = -1;
  // Bit n: whether record highest - n was accepted.
  private long accepted;

  /// @param local the key and the four bytes of implicit nonce for what we send
  /// @param remote the same for what comes
  /// @param nextSequence the first sequence number of the epoch that we have not used
  public SecureRecords(Keys local, Keys remote, long nextSequence) {
    sealing = Gcm.of(local.key, true);
    opening = Gcm.of(remote.key, false);
    System.arraycopy(local.nonce, 0, sealingNonce, 0, 4);
    System.arraycopy(remote.nonce, 0, openingNonce, 0, 4);
    this.nextSequence = nextSequence;
  }

  /** The key and the four bytes of implicit nonce of one direction. */
  public record Keys(byte[] key, byte[] nonce) {}

  /// Writes a record of [#OVERHEAD] bytes more than `length`, which is at most 2^14, and answers
  /// its length. `in` and `out` do not overlap.
  public int seal(int type, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    if (length > RecordHeader.MAX_DATA) {
      throw new IllegalArgumentException("a record of " + length + " bytes");
    }
    long sequence = EPOCH << 48 | nextSequence++;
    RecordHeader.write(out, outOffset, type, sequence, length + 8 + Gcm.TAG);
    // RFC 5288 §3: "The nonce_explicit MAY be the 64-bit sequence number."
    BigEndian.put64(out, outOffset + RecordHeader.SIZE, sequence);
    BigEndian.put64(sealingNonce, 4, sequence);
    associate(type, sequence, length);
    sealing.seal(
        sealingNonce,
        data,
        0,
        data.length,
        in,
        inOffset,
        length,
        out,
        outOffset + RecordHeader.SIZE + 8);
    return length + OVERHEAD;
  }

  /// Opens in place the record that fills these bytes: the length of what it carries, which begins
  /// at `offset + DATA`; or -1 if it is forged, repeated, of another epoch, or no record.
  public int open(byte[] bytes, int offset, int length) {
    int dataLength = length - OVERHEAD;
    if (dataLength < 0
        || RecordHeader.length(bytes, offset, length) != length
        || BigEndian.u16(bytes, offset + 1) != RecordHeader.DTLS_1_2
        || RecordHeader.epoch(bytes, offset) != EPOCH) {
      return -1;
    }
    long epochAndSequence = BigEndian.i64(bytes, offset + 3);
    long sequence = epochAndSequence & MASK;
    if (!isNew(sequence)) {
      return -1;
    }
    System.arraycopy(bytes, offset + RecordHeader.SIZE, openingNonce, 4, 8);
    associate(bytes[offset], epochAndSequence, dataLength);
    if (!opening.open(openingNonce, data, 0, data.length, bytes, offset + DATA, dataLength)) {
      return -1;
    }
    accept(sequence);
    return dataLength;
  }

  /** Where what a record carries begins. */
  public static final int DATA = RecordHeader.SIZE + 8;

  /// RFC 5246 §6.2.3.3: `additional_data = seq_num + TLSCompressed.type + TLSCompressed.version +
  /// TLSCompressed.length`.
  private void associate(int type, long epochAndSequence, int length) {
    BigEndian.put64(data, 0, epochAndSequence);
    data[8] = (byte) type;
    BigEndian.put16(data, 9, RecordHeader.DTLS_1_2);
    BigEndian.put16(data, 11, length);
  }

  /// RFC 6347 §4.1.2.6: a sliding window of 64 records.
  private boolean isNew(long sequence) {
    long age = highest - sequence;
    return age < 0 || age < 64 && (accepted & 1L << age) == 0;
  }

  private void accept(long sequence) {
    long ahead = sequence - highest;
    if (ahead > 0) {
      accepted = ahead < 64 ? accepted << ahead | 1 : 1;
      highest = sequence;
    } else {
      accepted |= 1L << -ahead;
    }
  }

  private static final long EPOCH = 1;
  private static final long MASK = (1L << 48) - 1;
}
