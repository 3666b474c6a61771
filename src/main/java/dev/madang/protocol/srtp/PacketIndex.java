package dev.madang.protocol.srtp;

/** The 48-bit count of packets behind the 16-bit sequence number (RFC 3711 §3.3.1). */
final class PacketIndex {
  private PacketIndex() {}

  /// The index of a packet with that sequence number, given the highest index so far.
  ///
  /// RFC 3711 §3.3.1: v is the one of ROC - 1, ROC, ROC + 1 "that is closest to 2^16 * ROC + s_l",
  /// as Appendix A writes it. A sender begins with ROC 0, so that there is none before.
  static long near(long highest, int sequence) {
    long roc = highest >>> 16;
    int last = (int) highest & 0xFFFF;
    if (last < 0x8000) {
      if (sequence - last > 0x8000 && roc > 0) {
        roc--;
      }
    } else if (last - 0x8000 > sequence) {
      roc++;
    }
    return roc << 16 | sequence;
  }

  static final long LAST = (1L << 48) - 1;
}
