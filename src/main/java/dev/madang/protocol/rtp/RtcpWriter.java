package dev.madang.protocol.rtp;

import dev.madang.wire.BigEndian;

/// Writes RTCP packets one after another into an array. Reused; makes nothing; one thread. Each
/// method gives false, and has written nothing, when the room given to [#begin] is used up; then
/// the caller sends what there is and begins again.
///
/// ```
/// writer.begin(out, at, room);
/// writer.receiverReport(own);
/// statistics.report(writer, now);
/// writer.pictureLoss(own, media);
/// send(out, at, writer.length());
/// ```
public final class RtcpWriter {
  private byte[] out = NOTHING;
  private int start;
  private int end;
  private int at;

  /** Where the report that takes blocks begins; -1 when there is none. */
  private int report = -1;

  private final TransportFeedbackWriter feedback = new TransportFeedbackWriter();

  /** Begins a compound packet at `at` of at most `room` bytes. */
  public void begin(byte[] out, int at, int room) {
    if (at < 0 || room < 0 || room > out.length - at) {
      throw new IndexOutOfBoundsException(at + "+" + room + " of " + out.length);
    }
    this.out = out;
    this.start = at;
    this.at = at;
    this.end = at + room;
    report = -1;
  }

  /** Bytes written since [#begin]. */
  public int length() {
    return at - start;
  }

  /// RFC 3550 §6.4.1. Report blocks may follow.
  ///
  /// @param ntp seconds since 1900 in 32.32 fixed point
  public boolean senderReport(int ssrc, long ntp, int rtpTime, int packets, int octets) {
    int packet = at;
    if (!open(28, 0, RtcpReader.SENDER_REPORT)) {
      return false;
    }
    BigEndian.put32(out, packet + 4, ssrc);
    BigEndian.put64(out, packet + 8, ntp);
    BigEndian.put32(out, packet + 16, rtpTime);
    BigEndian.put32(out, packet + 20, packets);
    BigEndian.put32(out, packet + 24, octets);
    report = packet;
    return true;
  }

  /** RFC 3550 §6.4.2. Report blocks may follow. */
  public boolean receiverReport(int ssrc) {
    int packet = at;
    if (!open(8, 0, RtcpReader.RECEIVER_REPORT)) {
      return false;
    }
    BigEndian.put32(out, packet + 4, ssrc);
    report = packet;
    return true;
  }

  /// Adds a block to the report written last; false also when it has 31 already or something else
  /// was written since. The numbers are those of [RtcpReader.Output#reportBlock].
  public boolean reportBlock(
      int ssrc,
      int fractionLost,
      int cumulativeLost,
      int highestSequence,
      int jitter,
      int lastReport,
      int sinceLastReport) {
    if (report < 0 || (out[report] & 0x1F) == 31 || end - at < RtcpReader.BLOCK) {
      return false;
    }
    BigEndian.put32(out, at, ssrc);
    out[at + 4] = (byte) fractionLost;
    // RFC 3550 A.3: clamped to 24 bits.
    BigEndian.put24(out, at + 5, Math.clamp(cumulativeLost, -0x80_0000, 0x7F_FFFF));
    BigEndian.put32(out, at + 8, highestSequence);
    BigEndian.put32(out, at + 12, jitter);
    BigEndian.put32(out, at + 16, lastReport);
    BigEndian.put32(out, at + 20, sinceLastReport);
    at += RtcpReader.BLOCK;
    out[report]++;
    BigEndian.put16(out, report + 2, (at - report) / 4 - 1);
    return true;
  }

  /** RFC 3550 §6.5.1: at most 255 bytes of name. */
  public boolean canonicalName(int ssrc, byte[] name) {
    int packet = at;
    // The list of items ends with one to four null octets.
    int length = 8 + (2 + name.length + 4 & ~3);
    if (name.length > 255) {
      throw new IllegalArgumentException("a name of " + name.length + " bytes");
    }
    if (!open(length, 1, RtcpReader.DESCRIPTION)) {
      return false;
    }
    BigEndian.put32(out, packet + 4, ssrc);
    out[packet + 8] = RtcpReader.CNAME;
    out[packet + 9] = (byte) name.length;
    System.arraycopy(name, 0, out, packet + 10, name.length);
    for (int i = packet + 10 + name.length; i < at; i++) {
      out[i] = 0;
    }
    return true;
  }

  public boolean bye(int ssrc) {
    int packet = at;
    if (!open(8, 1, RtcpReader.BYE)) {
      return false;
    }
    BigEndian.put32(out, packet + 4, ssrc);
    return true;
  }

  /// RFC 4585 §6.2.1: asks for `count` sequence numbers from `from` on in `sequences`, which are in
  /// order (modulo 2^16), as many as fit one after another into each item.
  public boolean nack(int sender, int media, int[] sequences, int from, int count) {
    int packet = at;
    int items = 0;
    for (int i = 0; i < count; i = nextItem(sequences, from, count, i)) {
      items++;
    }
    if (items == 0 || !openFeedback(4 * items, RtcpReader.NACK, false, sender, media)) {
      return false;
    }
    int item = packet + 12;
    for (int i = 0; i < count; item += 4) {
      int next = nextItem(sequences, from, count, i);
      int first = sequences[from + i];
      int following = 0;
      for (int j = i + 1; j < next; j++) {
        following |= 1 << (sequences[from + j] - first - 1 & 0xFFFF);
      }
      BigEndian.put16(out, item, first);
      BigEndian.put16(out, item + 2, following);
      i = next;
    }
    return true;
  }

  /** The index of the first number that does not fit into the item that begins with the i-th. */
  private static int nextItem(int[] sequences, int from, int count, int i) {
    int next = i + 1;
    while (next < count) {
      int ahead = sequences[from + next] - sequences[from + i] & 0xFFFF;
      if (ahead < 1 || ahead > 16) {
        break;
      }
      next++;
    }
    return next;
  }

  /** RFC 4585 §6.3.1. */
  public boolean pictureLoss(int sender, int media) {
    return openFeedback(0, RtcpReader.PICTURE_LOSS, true, sender, media);
  }

  /// RFC 5104 §4.3.1.
  ///
  /// @param count advances with each new request, modulo 256
  public boolean fullIntra(int sender, int media, int count) {
    int packet = at;
    // "The SSRC of media source [...] is not used and SHALL be set to 0."
    if (!openFeedback(8, RtcpReader.FULL_INTRA, true, sender, 0)) {
      return false;
    }
    BigEndian.put32(out, packet + 12, media);
    BigEndian.put32(out, packet + 16, (count & 0xFF) << 24);
    return true;
  }

  /// draft-alvestrand-rmcat-remb-03: what the streams may send together.
  ///
  /// @param bitrate in bit/s; rounded down to 18 bits
  public boolean receiverEstimate(int sender, long bitrate, int[] sources, int count) {
    int packet = at;
    if (bitrate < 0 || count > 255) {
      throw new IllegalArgumentException(bitrate + " bit/s for " + count + " streams");
    }
    if (!openFeedback(8 + 4 * count, RtcpReader.APPLICATION, true, sender, 0)) {
      return false;
    }
    int exponent = Math.max(0, 64 - 18 - Long.numberOfLeadingZeros(bitrate));
    BigEndian.put32(out, packet + 12, RtcpReader.REMB);
    BigEndian.put32(out, packet + 16, count << 24 | exponent << 18 | (int) (bitrate >>> exponent));
    for (int i = 0; i < count; i++) {
      BigEndian.put32(out, packet + 20 + 4 * i, sources[i]);
    }
    return true;
  }

  /// Transport-wide feedback about `count` packets from `sequence` on, or as many of them as fit
  /// and are told in one feedback; gives how many those are. 0 when there is no room for any.
  ///
  /// @param feedbackCount which feedback this is, modulo 256
  /// @param arrivals when each packet arrived, in units of 250 µs of any clock, or [#NOT_RECEIVED];
  ///   `from` is where the packet of `sequence` is in it
  public int transportFeedback(
      int sender,
      int media,
      int feedbackCount,
      int sequence,
      long[] arrivals,
      int from,
      int count) {
    int told = feedback.fit(arrivals, from, count, end - at - 12);
    int packet = at;
    if (told == 0
        || !openFeedback(feedback.length(), RtcpReader.TRANSPORT_WIDE, false, sender, media)) {
      return 0;
    }
    feedback.write(out, packet + 12, sequence, feedbackCount, arrivals, from);
    return told;
  }

  /** RFC 3611 §4.4. */
  public boolean receiverReferenceTime(int ssrc, long ntp) {
    int packet = at;
    if (!open(20, 0, RtcpReader.EXTENDED_REPORT)) {
      return false;
    }
    BigEndian.put32(out, packet + 4, ssrc);
    BigEndian.put32(out, packet + 8, RtcpReader.REFERENCE_TIME << 24 | 2);
    BigEndian.put64(out, packet + 12, ntp);
    return true;
  }

  /// RFC 3611 §4.5.
  ///
  /// @param lastReference the middle 32 bits of the last reference time heard from `ssrc`
  /// @param sinceLastReference in 1/65536 s
  public boolean delaySinceReference(
      int reporter, int ssrc, int lastReference, int sinceLastReference) {
    int packet = at;
    if (!open(24, 0, RtcpReader.EXTENDED_REPORT)) {
      return false;
    }
    BigEndian.put32(out, packet + 4, reporter);
    BigEndian.put32(out, packet + 8, RtcpReader.DELAY << 24 | 3);
    BigEndian.put32(out, packet + 12, ssrc);
    BigEndian.put32(out, packet + 16, lastReference);
    BigEndian.put32(out, packet + 20, sinceLastReference);
    return true;
  }

  private boolean openFeedback(int length, int format, boolean payload, int sender, int media) {
    int packet = at;
    int type = payload ? RtcpReader.PAYLOAD_FEEDBACK : RtcpReader.TRANSPORT_FEEDBACK;
    if (!open(12 + length, format, type)) {
      return false;
    }
    BigEndian.put32(out, packet + 4, sender);
    BigEndian.put32(out, packet + 8, media);
    return true;
  }

  /** Writes the head of a packet of `length` bytes, a multiple of 4, and steps over it. */
  private boolean open(int length, int head, int type) {
    if (length > end - at) {
      return false;
    }
    out[at] = (byte) (0x80 | head);
    out[at + 1] = (byte) type;
    BigEndian.put16(out, at + 2, length / 4 - 1);
    at += length;
    report = -1;
    return true;
  }

  /** In place of an arrival: the packet did not come. */
  public static final long NOT_RECEIVED = Long.MIN_VALUE;

  private static final byte[] NOTHING = {};
}
