package dev.madang.protocol.rtp;

import dev.madang.wire.BigEndian;

/// Walks a compound RTCP packet where it lies (RFC 3550 §6, 3611, 4585, 5104, 5506) and tells what
/// is in it. Nothing is made and nothing thrown: what does not hold together ends the walk.
///
/// RFC 5506: a packet need not begin with a report, nor be compound.
public final class RtcpReader {
  private RtcpReader() {}

  /// What a packet said, in its order, before [#read] returns. Numbers are as on the wire, SSRCs in
  /// an `int`. Each method does nothing until it is overridden.
  public interface Output {
    /// A sender report. Its report blocks follow.
    ///
    /// @param ntp seconds since 1900 in 32.32 fixed point
    /// @param octets of payload, modulo 2^32, unsigned
    default void senderReport(int ssrc, long ntp, int rtpTime, int packets, int octets) {}

    /** A receiver report. Its report blocks follow. */
    default void receiverReport(int ssrc) {}

    /// How `reporter` receives `ssrc`.
    ///
    /// @param fractionLost in 1/256
    /// @param cumulativeLost signed: duplicates make it negative
    /// @param jitter in units of the clock rate, unsigned
    /// @param lastReport the middle 32 bits of the NTP time of the last sender report, or 0
    /// @param sinceLastReport in 1/65536 s, unsigned
    default void reportBlock(
        int reporter,
        int ssrc,
        int fractionLost,
        int cumulativeLost,
        int highestSequence,
        int jitter,
        int lastReport,
        int sinceLastReport) {}

    /** The canonical name, where it lies. */
    default void canonicalName(int ssrc, byte[] bytes, int offset, int length) {}

    default void bye(int ssrc) {}

    /** `first` is lost, and for each bit n that is set in `following` also `first + n + 1`. */
    default void nack(int mediaSsrc, int first, int following) {}

    default void pictureLoss(int mediaSsrc) {}

    /** A full intra request; a repeated one has the same `count`. */
    default void fullIntra(int mediaSsrc, int count) {}

    /// The receiver's estimate for the sum of the streams that follow.
    ///
    /// @param bitrate in bit/s
    default void receiverEstimate(long bitrate) {}

    /** A stream that belongs to the estimate before. */
    default void receiverEstimateSource(int ssrc) {}

    /// Transport-wide feedback begins. It was looked at whole: all its packets follow.
    ///
    /// @param count which feedback this is, modulo 256
    /// @param packets how many follow, at most [RtcpReader#MAX_STATUSES]
    default void transportFeedback(int mediaSsrc, int count, int packets) {}

    /// One packet of the feedback.
    ///
    /// @param sequence transport-wide, modulo 2^16
    /// @param arrival in 250 µs of the receiver's clock modulo 2^32 (the reference time wraps at
    ///   2^24 times 64 ms); 0 when it was not received
    default void transportFeedbackPacket(int sequence, boolean received, long arrival) {}

    /** All packets of the feedback were told. */
    default void transportFeedbackEnd() {}

    /** RFC 3611 §4.4: the receiver's clock, to be sent back in a delay report. */
    default void receiverReferenceTime(int ssrc, long ntp) {}

    /** RFC 3611 §4.5, as in a report block: when `ssrc`'s reference time was heard. */
    default void delaySinceReference(
        int reporter, int ssrc, int lastReference, int sinceLastReference) {}
  }

  /// Whether a packet that shares its port with RTP is RTCP (RFC 5761 §4: types 192 to 223).
  public static boolean isRtcp(byte[] bytes, int offset, int length) {
    return length >= HEAD
        && (bytes[offset] & 0xC0) == 0x80
        && (bytes[offset + 1] & 0xFF) >= 192
        && (bytes[offset + 1] & 0xFF) <= 223;
  }

  /// Tells everything that holds together up to the first lie. False when there was one; packets of
  /// types that we do not know are stepped over.
  public static boolean read(byte[] bytes, int offset, int length, Output out) {
    int at = offset;
    int end = offset + length;
    int statuses = 0;
    while (at < end) {
      if (end - at < HEAD || (bytes[at] & 0xC0) != 0x80) {
        return false;
      }
      int packet = 4 * (BigEndian.u16(bytes, at + 2) + 1);
      if (packet > end - at) {
        return false;
      }
      int padding = 0;
      if ((bytes[at] & 0x20) != 0) {
        // RFC 3550 §6.4.1: "padding is only required on the last individual packet", and "a
        // multiple
        // of four"; but libwebrtc fills up its transport-wide feedback with one to three bytes.
        padding = bytes[at + packet - 1] & 0xFF;
        if (packet < end - at || padding == 0 || padding > packet - HEAD) {
          return false;
        }
      }
      int head = bytes[at] & 0x1F;
      int type = bytes[at + 1] & 0xFF;
      if (type == TRANSPORT_FEEDBACK && head == TRANSPORT_WIDE && packet >= 5 * 4) {
        // Thousands that did not arrive fit into two bytes, and fifty feedbacks into a datagram.
        statuses += BigEndian.u16(bytes, at + 14);
        if (statuses > MAX_STATUSES) {
          return false;
        }
      }
      if (!readPacket(bytes, at + HEAD, at + packet - padding, type, head, out)) {
        return false;
      }
      at += packet;
    }
    return length > 0;
  }

  private static boolean readPacket(byte[] bytes, int at, int end, int type, int head, Output out) {
    return switch (type) {
      case SENDER_REPORT -> readSenderReport(bytes, at, end, head, out);
      case RECEIVER_REPORT -> readReceiverReport(bytes, at, end, head, out);
      case DESCRIPTION -> readDescription(bytes, at, end, head, out);
      case BYE -> readBye(bytes, at, end, head, out);
      case TRANSPORT_FEEDBACK -> readTransportFeedback(bytes, at, end, head, out);
      case PAYLOAD_FEEDBACK -> readPayloadFeedback(bytes, at, end, head, out);
      case EXTENDED_REPORT -> readExtendedReport(bytes, at, end, out);
      default -> true;
    };
  }

  private static boolean readSenderReport(byte[] bytes, int at, int end, int blocks, Output out) {
    if (end - at < 24 + BLOCK * blocks) {
      return false;
    }
    int ssrc = BigEndian.i32(bytes, at);
    out.senderReport(
        ssrc,
        BigEndian.i64(bytes, at + 4),
        BigEndian.i32(bytes, at + 12),
        BigEndian.i32(bytes, at + 16),
        BigEndian.i32(bytes, at + 20));
    readBlocks(bytes, at + 24, blocks, ssrc, out);
    return true;
  }

  private static boolean readReceiverReport(byte[] bytes, int at, int end, int blocks, Output out) {
    if (end - at < 4 + BLOCK * blocks) {
      return false;
    }
    int ssrc = BigEndian.i32(bytes, at);
    out.receiverReport(ssrc);
    readBlocks(bytes, at + 4, blocks, ssrc, out);
    return true;
  }

  private static void readBlocks(byte[] bytes, int at, int blocks, int reporter, Output out) {
    for (int i = 0; i < blocks; i++) {
      int block = at + BLOCK * i;
      out.reportBlock(
          reporter,
          BigEndian.i32(bytes, block),
          BigEndian.u8(bytes, block + 4),
          BigEndian.u24(bytes, block + 5) << 8 >> 8,
          BigEndian.i32(bytes, block + 8),
          BigEndian.i32(bytes, block + 12),
          BigEndian.i32(bytes, block + 16),
          BigEndian.i32(bytes, block + 20));
    }
  }

  /// RFC 3550 §6.5: chunks of an SSRC and items; "the list of items in each chunk MUST be
  /// terminated by one or more null octets", up to the next multiple of four.
  private static boolean readDescription(byte[] bytes, int start, int end, int chunks, Output out) {
    int at = start;
    for (int i = 0; i < chunks; i++) {
      if (end - at < 8) {
        return false;
      }
      int ssrc = BigEndian.i32(bytes, at);
      at += 4;
      while (at < end && bytes[at] != 0) {
        if (end - at < 2 || BigEndian.u8(bytes, at + 1) > end - at - 2) {
          return false;
        }
        int length = BigEndian.u8(bytes, at + 1);
        if (bytes[at] == CNAME) {
          out.canonicalName(ssrc, bytes, at + 2, length);
        }
        at += 2 + length;
      }
      if (at == end) {
        return false;
      }
      // The packet is whole words: so is what is left of it.
      at = end - (end - at - 1 & ~3);
    }
    return true;
  }

  private static boolean readBye(byte[] bytes, int at, int end, int count, Output out) {
    if (end - at < 4 * count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      out.bye(BigEndian.i32(bytes, at + 4 * i));
    }
    return true;
  }

  private static boolean readTransportFeedback(
      byte[] bytes, int at, int end, int format, Output out) {
    if (end - at < 8) {
      return false;
    }
    int media = BigEndian.i32(bytes, at + 4);
    if (format == NACK) {
      for (int item = at + 8; item < end; item += 4) {
        out.nack(media, BigEndian.u16(bytes, item), BigEndian.u16(bytes, item + 2));
      }
      return true;
    }
    return format != TRANSPORT_WIDE || readTransportWide(bytes, at + 8, end, media, out);
  }

  private static boolean readPayloadFeedback(
      byte[] bytes, int at, int end, int format, Output out) {
    if (end - at < 8) {
      return false;
    }
    int media = BigEndian.i32(bytes, at + 4);
    return switch (format) {
      case PICTURE_LOSS -> {
        out.pictureLoss(media);
        yield true;
      }
      case FULL_INTRA -> readFullIntra(bytes, at + 8, end, out);
      case APPLICATION -> readReceiverEstimate(bytes, at + 8, end, out);
      default -> true;
    };
  }

  /// RFC 5104 §4.3.1.1: an SSRC, a count and three reserved bytes for each stream.
  private static boolean readFullIntra(byte[] bytes, int at, int end, Output out) {
    if ((end - at) % 8 != 0) {
      return false;
    }
    for (int item = at; item < end; item += 8) {
      out.fullIntra(BigEndian.i32(bytes, item), BigEndian.u8(bytes, item + 4));
    }
    return true;
  }

  /// draft-alvestrand-rmcat-remb-03 §2.2: 'REMB', a count of SSRCs, 6 bits of exponent, 18 bits of
  /// mantissa. Other application feedback is stepped over.
  private static boolean readReceiverEstimate(byte[] bytes, int at, int end, Output out) {
    if (end - at < 8 || BigEndian.i32(bytes, at) != REMB) {
      return true;
    }
    int sources = BigEndian.u8(bytes, at + 4);
    int exponent = BigEndian.u8(bytes, at + 5) >>> 2;
    long mantissa = BigEndian.u24(bytes, at + 5) & 0x3FFFF;
    long bitrate = mantissa << exponent;
    if (end - at < 8 + 4 * sources || bitrate < 0 || bitrate >>> exponent != mantissa) {
      return false;
    }
    out.receiverEstimate(bitrate);
    for (int i = 0; i < sources; i++) {
      out.receiverEstimateSource(BigEndian.i32(bytes, at + 8 + 4 * i));
    }
    return true;
  }

  /// draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1: base sequence, status count,
  /// reference time (24 bits of 64 ms), feedback count, then chunks of statuses, then a delta of
  /// 250 µs for each packet received. The chunks are walked twice: once to see that all of it is
  /// there.
  private static boolean readTransportWide(byte[] bytes, int at, int end, int media, Output out) {
    if (end - at < 8) {
      return false;
    }
    int count = BigEndian.u16(bytes, at + 2);
    int chunks = at + 8;
    if (count > MAX_STATUSES) {
      return false;
    }
    int chunk = chunks;
    int deltas = 0;
    for (int told = 0; told < count; chunk += 2) {
      if (end - chunk < 2) {
        return false;
      }
      int word = BigEndian.u16(bytes, chunk);
      int length = Math.min(statuses(word), count - told);
      for (int i = 0; i < length; i++) {
        int size = status(word, i);
        if (size > 2) {
          return false;
        }
        deltas += size;
      }
      told += length;
    }
    if (deltas > end - chunk) {
      return false;
    }
    out.transportFeedback(media, BigEndian.u8(bytes, at + 7), count);
    tellTransportWide(bytes, at, chunks, chunk, out);
    out.transportFeedbackEnd();
    return true;
  }

  private static void tellTransportWide(byte[] bytes, int at, int chunks, int deltas, Output out) {
    int sequence = BigEndian.u16(bytes, at);
    int left = BigEndian.u16(bytes, at + 2);
    long time = (long) BigEndian.u24(bytes, at + 4) << 8;
    int delta = deltas;
    for (int chunk = chunks; left > 0; chunk += 2) {
      int word = BigEndian.u16(bytes, chunk);
      int length = Math.min(statuses(word), left);
      left -= length;
      for (int i = 0; i < length; i++) {
        int size = status(word, i);
        if (size == 1) {
          time += BigEndian.u8(bytes, delta);
        } else if (size == 2) {
          time += (short) BigEndian.u16(bytes, delta);
        }
        delta += size;
        out.transportFeedbackPacket(sequence, size != 0, size == 0 ? 0 : time & 0xFFFF_FFFFL);
        sequence = sequence + 1 & 0xFFFF;
      }
    }
  }

  /** How many statuses a chunk holds: a run of up to 8191, or 14 or 7 of one or two bits. */
  private static int statuses(int chunk) {
    if ((chunk & 0x8000) == 0) {
      return chunk & 0x1FFF;
    }
    return (chunk & 0x4000) == 0 ? 14 : 7;
  }

  /**
   * The status, which is also how many bytes its delta has: 0 not received, 1 or 2; 3 is reserved.
   */
  private static int status(int chunk, int index) {
    if ((chunk & 0x8000) == 0) {
      return chunk >>> 13;
    }
    return (chunk & 0x4000) == 0 ? chunk >>> 13 - index & 1 : chunk >>> 12 - 2 * index & 3;
  }

  private static boolean readExtendedReport(byte[] bytes, int start, int end, Output out) {
    if (end - start < 4) {
      return false;
    }
    int reporter = BigEndian.i32(bytes, start);
    int at = start + 4;
    while (at < end) {
      int length = 4 * BigEndian.u16(bytes, at + 2);
      int block = at + 4;
      if (length > end - block) {
        return false;
      }
      switch (bytes[at]) {
        case REFERENCE_TIME -> {
          if (length != 8) {
            return false;
          }
          out.receiverReferenceTime(reporter, BigEndian.i64(bytes, block));
        }
        case DELAY -> {
          if (length % 12 != 0) {
            return false;
          }
          for (int item = block; item < block + length; item += 12) {
            out.delaySinceReference(
                reporter,
                BigEndian.i32(bytes, item),
                BigEndian.i32(bytes, item + 4),
                BigEndian.i32(bytes, item + 8));
          }
        }
        default -> {
          // A block of another type is stepped over.
        }
      }
      at = block + length;
    }
    return true;
  }

  /** More packets than honest feedback tells of at a time. */
  public static final int MAX_STATUSES = 8192;

  static final int SENDER_REPORT = 200;
  static final int RECEIVER_REPORT = 201;
  static final int DESCRIPTION = 202;
  static final int BYE = 203;
  static final int TRANSPORT_FEEDBACK = 205;
  static final int PAYLOAD_FEEDBACK = 206;
  static final int EXTENDED_REPORT = 207;
  static final int NACK = 1;
  static final int TRANSPORT_WIDE = 15;
  static final int PICTURE_LOSS = 1;
  static final int FULL_INTRA = 4;
  static final int APPLICATION = 15;
  static final int REMB = 'R' << 24 | 'E' << 16 | 'M' << 8 | 'B';
  static final int CNAME = 1;
  static final int REFERENCE_TIME = 4;
  static final int DELAY = 5;
  static final int HEAD = 4;
  static final int BLOCK = 24;
}
