package dev.madang.protocol.dtls;

import dev.madang.wire.BigEndian;
import dev.madang.wire.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parts of a ClientHello until it is whole, since only a whole one is worth a handshake: those
/// of browsers take two datagrams, which may come in any order. What is kept is bounded by
/// [#MAX_BYTES] and [#MAX_RECORDS]; a part of another ClientHello, or one too many, takes the place
/// of all before it.
public final class HelloParts {
  private final List<byte[]> records = new ArrayList<>();
  private final BitSet covered = new BitSet();
  private int length;
  private int bytes;
  private byte @Nullable [] random;

  /// Takes a record that [HandshakeFilter#admit] let through. False if there is nothing new of a
  /// ClientHello in it.
  public boolean add(byte[] record) {
    if (RecordHeader.type(record, 0) != RecordHeader.HANDSHAKE
        || RecordHeader.epoch(record, 0) != 0) {
      return false;
    }
    if (records.size() == MAX_RECORDS || bytes + record.length > MAX_BYTES) {
      clear();
    }
    boolean news = false;
    for (int at = RecordHeader.SIZE; at < record.length; ) {
      int part = BigEndian.u24(record, at + 9);
      // The first message of all has the number 0.
      if (record[at] == HandshakeFilter.CLIENT_HELLO && BigEndian.u16(record, at + 4) == 0) {
        news |= cover(record, at, part);
      }
      at += HandshakeFilter.MESSAGE_HEADER + part;
    }
    if (news) {
      records.add(record);
      bytes += record.length;
    }
    return news;
  }

  private boolean cover(byte[] record, int at, int part) {
    int whole = BigEndian.u24(record, at + 1);
    int from = BigEndian.u24(record, at + 6);
    int body = at + HandshakeFilter.MESSAGE_HEADER;
    byte[] heard = random;
    if (from == 0 && part >= 2 + HandshakeFilter.RANDOM) {
      heard = Arrays.copyOfRange(record, body + 2, body + 2 + HandshakeFilter.RANDOM);
    }
    if (whole != length || random != null && !Arrays.equals(heard, random)) {
      clear();
      length = whole;
    }
    random = heard;
    int gap = covered.nextClearBit(from);
    covered.set(from, from + part);
    return gap < from + part;
  }

  public boolean isWhole() {
    return length > 0 && covered.nextClearBit(0) >= length;
  }

  /** All records as one datagram; none is kept any longer. */
  public byte[] take() {
    ByteWriter datagram = new ByteWriter(bytes);
    records.forEach(datagram::bytes);
    clear();
    return datagram.toArray();
  }

  private void clear() {
    records.clear();
    covered.clear();
    length = 0;
    bytes = 0;
    random = null;
  }

  static final int MAX_BYTES = 2 * HandshakeFilter.MAX_MESSAGE;
  static final int MAX_RECORDS = 32;
}
